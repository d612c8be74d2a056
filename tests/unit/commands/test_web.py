"""The web command's choices before anything is served."""

import pytest

from bot.commands.web import has_wide_registers

WIDE = "avx512f avx512dq avx512cd avx512bw avx512vl"


@pytest.mark.parametrize(
    ("description", "wide"),
    [
        (f"flags\t\t: fpu avx2 {WIDE}\nflags\t\t: fpu avx2 {WIDE}\n", True),
        (f"flags\t\t: fpu avx2 {WIDE}\nflags\t\t: fpu avx2\n", False),
        ("flags\t\t: fpu avx2 avx512f\n", False),
        ("Features\t: fp asimd\n", False),
        ("", False),
    ],
)
def test_wide_kernels_are_chosen_only_where_every_processor_has_them(tmp_path, description, wide):
    """A kernel the processor lacks would end the process."""
    file = tmp_path / "cpuinfo"
    file.write_text(description, encoding="ascii")
    assert has_wide_registers(file) is wide


def test_without_a_description_nothing_is_assumed(tmp_path):
    """Other systems have no such file."""
    assert has_wide_registers(tmp_path / "nothing") is False
