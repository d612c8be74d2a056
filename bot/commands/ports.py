"""Is a port free? Asked before anything is started."""

import socket

from bot.domain.errors import ConfigError


def check_port(address: str, port: int) -> None:
    """Check that a port is free.

    Raises:
        ConfigError: somebody else listens there.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise ConfigError(
                f"port {port} is taken: stop what listens there, or choose another with BOT_PORT"
                " (PORT for make run)"
            ) from error
