"""Settings: the only module that reads the environment. All problems are reported at once."""

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast

from cryptography.fernet import Fernet

from bot.domain.errors import ConfigError

Mode = Literal["secure", "compatible", "plaintext"]

#: The sandbox's own account; never valid at the real platform.
SANDBOX_APP_ID = "wxsandbox000000001"
SANDBOX_GH_ID = "gh_nuanlin_demo"
WECHAT_API = "https://api.weixin.qq.com"
WECOM_API = "https://qyapi.weixin.qq.com"
#: Numeric libraries must not start threads of their own: our processes already use every core.
ONE_THREAD_EACH = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_AES_KEY = re.compile(r"[A-Za-z0-9]{43}")
_GENERATED = "secrets.env"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything a process needs to know about where it runs.

    Attributes:
        data_dir: folder of everything that must survive a restart.
        database_url: SQLAlchemy URL.
        redis_url: Redis URL; "" starts or joins the embedded one under ``data_dir``.
        secret_key: signs console sessions.
        data_keys: Fernet keys for personal fields, newest first.
        app_id: the ``default`` account at the platform.
        mode: wire mode of the ``default`` account.
        previous_aes_key: the ``default`` account's EncodingAESKey before the present one, while the
            platform still uses it for some messages (WECHAT.md §1.2); "" for none.
        api_base: where customer messages go.
        community: community of residents who have not chosen one.
        port: web port; the sandbox listens one above.
        packs_dir: content folder.
        models_dir: where what was learned from the phrases is kept.
        window_s: how far a request's timestamp may lie from our clock, seconds.
        metrics_dir: folder that web workers share for figures (the Prometheus client's own
            ``PROMETHEUS_MULTIPROC_DIR``), "" for one process.
    """

    data_dir: Path
    database_url: str
    redis_url: str
    app_id: str
    mode: Mode
    gh_id: str
    api_base: str
    wecom_api_base: str
    community: str
    port: int
    web_workers: int
    worker_processes: int
    log_level: str
    log_format: str
    packs_dir: Path
    models_dir: Path
    window_s: int
    metrics_open: bool
    sandbox: bool
    metrics_dir: str = ""
    staff_robot_key: str = field(repr=False, default="")
    secret_key: str = field(repr=False, default="")
    data_keys: tuple[str, ...] = field(repr=False, default=())
    app_secret: str = field(repr=False, default="")
    token: str = field(repr=False, default="")
    aes_key: str = field(repr=False, default="")
    previous_aes_key: str = field(repr=False, default="")

    @property
    def embedded_redis(self) -> bool:
        """Tell whether this deployment owns its Redis."""
        return self.redis_url.startswith("unix://") and str(self.data_dir) in self.redis_url

    @property
    def embedded_database(self) -> bool:
        """Tell whether records live in a file of this machine."""
        return self.database_url.startswith("sqlite")

    @property
    def learned_dir(self) -> Path:
        """Return where models with the staff's phrases are kept; others may be read-only."""
        return self.data_dir / "understanding"

    @property
    def redis_socket(self) -> Path:
        """Return the socket of the embedded Redis."""
        return self.data_dir / "redis.sock"


def package_root() -> Path:
    """Return the folder that holds ``bot``, ``intents`` and ``data``."""
    return Path(__file__).resolve().parent.parent


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings.

    Args:
        environ: environment to read; the process's own by default.

    Raises:
        ConfigError: one line for every setting that is missing or wrong.
    """
    env = dict(os.environ if environ is None else environ)
    data_dir = Path(env.get("BOT_DATA_DIR") or package_root() / "var").resolve()
    env = {**_generated(data_dir), **{key: value for key, value in env.items() if value}}
    found: list[str] = []
    port = _number(env, "BOT_PORT", 8000, 1, 65534, found)
    sandbox = env.get("BOT_SANDBOX", "") == "1"
    database = env.get("BOT_DATABASE_URL") or f"sqlite:///{data_dir / 'nuanlin.db'}"
    redis = env.get("BOT_REDIS_URL") or f"unix://{data_dir / 'redis.sock'}"
    own_host = f"http://127.0.0.1:{port + 1}"
    settings = Settings(
        data_dir=data_dir,
        database_url=database,
        redis_url=redis,
        secret_key=env.get("BOT_SECRET_KEY", ""),
        data_keys=tuple(key for key in env.get("BOT_DATA_KEYS", "").split(",") if key),
        app_id=env.get("BOT_WECHAT_APP_ID", SANDBOX_APP_ID),
        app_secret=env.get("BOT_WECHAT_APP_SECRET", ""),
        token=env.get("BOT_WECHAT_TOKEN", ""),
        aes_key=env.get("BOT_WECHAT_AES_KEY", ""),
        previous_aes_key=env.get("BOT_WECHAT_PREVIOUS_AES_KEY", ""),
        gh_id=env.get("BOT_WECHAT_GH_ID", SANDBOX_GH_ID),
        mode=cast(Mode, env.get("BOT_WECHAT_MODE", "secure")),
        api_base=env.get("BOT_WECHAT_API_BASE") or (own_host if sandbox else WECHAT_API),
        wecom_api_base=env.get("BOT_WECOM_API_BASE") or (own_host if sandbox else WECOM_API),
        staff_robot_key=env.get("BOT_STAFF_ROBOT_KEY", ""),
        community=env.get("BOT_COMMUNITY", "demo"),
        port=port,
        web_workers=_number(env, "BOT_WEB_WORKERS", 2, 1, 64, found),
        worker_processes=_number(env, "BOT_WORKER_PROCESSES", 1, 1, 64, found),
        log_level=env.get("BOT_LOG_LEVEL", "INFO").upper(),
        log_format=env.get("BOT_LOG_FORMAT", "json"),
        packs_dir=packs_dir(env),
        models_dir=models_dir(env, data_dir),
        window_s=_number(env, "BOT_TIMESTAMP_WINDOW_S", 300, 0, 86_400, found),
        metrics_open=env.get("BOT_METRICS_OPEN", "") == "1",
        sandbox=sandbox,
        metrics_dir=env.get("PROMETHEUS_MULTIPROC_DIR", ""),
    )
    found += _mistakes(settings)
    if found:
        raise ConfigError("\n".join(found))
    return settings


def packs_dir(environ: Mapping[str, str] | None = None) -> Path:
    """Return the content folder; needs no other setting."""
    env = os.environ if environ is None else environ
    return Path(env.get("BOT_PACKS_DIR") or package_root() / "data")


def models_dir(environ: Mapping[str, str] | None = None, data_dir: Path | None = None) -> Path:
    """Return where artefacts of the understanding are kept; needs no other setting.

    Args:
        environ: environment to read; the process's own by default.
        data_dir: data folder, when it is known already.
    """
    env = os.environ if environ is None else environ
    chosen = env.get("BOT_MODELS_DIR")
    if chosen:
        return Path(chosen).resolve()
    base = data_dir or Path(env.get("BOT_DATA_DIR") or package_root() / "var").resolve()
    return base / "understanding"


def _number(
    env: Mapping[str, str], name: str, default: int, low: int, high: int, found: list[str]
) -> int:
    text = env.get(name) or str(default)
    if text.isdecimal() and low <= int(text) <= high:
        return int(text)
    found.append(f"{name}: expected a whole number from {low} to {high}, found {text!r}")
    return default


def _mistakes(settings: Settings) -> list[str]:
    found: list[str] = []
    hint = "run `python -m bot up` once to generate it into the data folder, or set it yourself"
    if not settings.secret_key:
        found.append(f"BOT_SECRET_KEY: expected a long random text, found nothing; {hint}")
    if not settings.data_keys or not all(map(_fernet, settings.data_keys)):
        found.append(f"BOT_DATA_KEYS: expected Fernet keys separated by commas; {hint}")
    if not settings.token:
        found.append("BOT_WECHAT_TOKEN: expected the token set at the platform, found nothing")
    if not _AES_KEY.fullmatch(settings.aes_key) and settings.mode != "plaintext":
        found.append("BOT_WECHAT_AES_KEY: expected 43 letters and digits (EncodingAESKey)")
    if settings.previous_aes_key and not _AES_KEY.fullmatch(settings.previous_aes_key):
        found.append("BOT_WECHAT_PREVIOUS_AES_KEY: expected 43 letters and digits (the former key)")
    if settings.mode not in {"secure", "compatible", "plaintext"}:
        found.append(
            f"BOT_WECHAT_MODE: expected secure, compatible or plaintext, found {settings.mode!r}"
        )
    return found + _other_mistakes(settings)


def _other_mistakes(settings: Settings) -> list[str]:
    found: list[str] = []
    if settings.log_level not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        found.append("BOT_LOG_LEVEL: expected DEBUG, INFO, WARNING or ERROR")
    if settings.log_format not in {"json", "text"}:
        found.append("BOT_LOG_FORMAT: expected json or text")
    if not settings.database_url.startswith(("sqlite:", "postgresql")):
        found.append("BOT_DATABASE_URL: expected sqlite:///… or postgresql+psycopg://…")
    if not settings.redis_url.startswith(("redis://", "rediss://", "unix://")):
        found.append("BOT_REDIS_URL: expected redis://…, rediss://… or unix://…")
    return found


def _fernet(key: str) -> bool:
    try:
        Fernet(key)
    except ValueError:
        return False
    return True


def _generated(data_dir: Path) -> dict[str, str]:
    file = data_dir / _GENERATED
    if not file.exists():
        return {}
    lines = file.read_text(encoding="utf-8").splitlines()
    pairs = (line.partition("=") for line in lines if "=" in line)
    return {name.strip(): value.strip() for name, _, value in pairs}


def data_keys_are_ours(data_dir: Path, environ: Mapping[str, str] | None = None) -> bool:
    """Tell whether the data keys in force stand in the file we generated."""
    env = os.environ if environ is None else environ
    return not env.get("BOT_DATA_KEYS") and "BOT_DATA_KEYS" in _generated(data_dir)


def generate(data_dir: Path) -> Path:
    """Write the secrets of an embedded deployment once; keep what is there.

    Returns:
        the file, readable by its owner only.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    file = data_dir / _GENERATED
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    values = {
        "BOT_SECRET_KEY": secrets.token_urlsafe(48),
        "BOT_DATA_KEYS": Fernet.generate_key().decode(),
        "BOT_WECHAT_APP_SECRET": secrets.token_hex(16),
        "BOT_WECHAT_TOKEN": secrets.token_hex(12),
        "BOT_WECHAT_AES_KEY": "".join(secrets.choice(alphabet) for _ in range(43)),
        "BOT_STAFF_ROBOT_KEY": secrets.token_hex(16),
        **_generated(data_dir),
    }
    text = "".join(f"{name}={value}\n" for name, value in values.items())
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
    return file
