from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from recordings.media.ffmpeg import Child, Limits, find_ffmpeg

pytestmark = pytest.mark.once


@pytest.fixture
def program(tmp_path: Path) -> Path:
    return tmp_path / "program"


def run(program: Path, script: str, limits: Limits | None = None) -> tuple[str, int]:
    write(program, script)
    with Child(str(program), [], limits or Limits(10)) as child:
        said = child.stdout.read().decode()
        return said, child.finish()


def write(program: Path, script: str) -> None:
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o700)


def test_the_packaged_program_is_found() -> None:
    assert os.access(find_ffmpeg(), os.X_OK)


def test_a_configured_program_wins(program: Path) -> None:
    write(program, "true")

    assert find_ffmpeg(str(program)) == str(program)


def test_a_configured_program_that_is_missing_is_an_error(program: Path) -> None:
    with pytest.raises(FileNotFoundError, match="program"):
        find_ffmpeg(str(program))


def test_the_child_sees_none_of_our_environment(
    program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDISYNC_SECRET_KEY", "hush")

    said, _ = run(program, "env")

    names = {line.partition("=")[0] for line in said.splitlines()}
    # The last three are the shell's own.
    own = {"PWD", "_", "OLDPWD", "SHLVL"}
    assert names - own == {"PATH", "LANG", "MALLOC_ARENA_MAX"}


def test_arguments_reach_the_program_as_they_are(program: Path) -> None:
    write(program, 'for last; do :; done; printf %s "$last"')
    argument = "a b'\"$(id)`id`;\n*"

    with Child(str(program), [argument], Limits(10)) as child:
        assert child.stdout.read().decode() == argument


def test_the_limits_hold_inside(program: Path) -> None:
    script = "ulimit -t; ulimit -v; ulimit -f; ulimit -n; ulimit -c"
    limits = Limits(9, address_space=1 << 29, file_bytes=1 << 20)

    said, _ = run(program, script, limits)

    assert said.split() == ["10", str(1 << 19), str(1 << 11), "32", "0"]


def test_no_file_can_be_written_unless_allowed(program: Path) -> None:
    target = program.with_name("target")

    _, status = run(program, f"exec dd if=/dev/zero of='{target}' count=9 2>&1")

    assert status != 0
    assert target.stat().st_size == 0


def test_a_program_past_its_time_dies_with_all_it_started(program: Path) -> None:
    write(program, "sleep 60 & exec sleep 60")
    began = time.monotonic()

    with Child(str(program), [], Limits(0.2)) as child:
        # Ends only when nobody is left who holds the other end.
        assert child.stdout.read() == b""
        assert child.finish() < 0
        assert child.ran_out_of_time

    assert time.monotonic() - began < 10


def test_a_program_past_its_processor_time_dies(program: Path) -> None:
    write(program, "ulimit -t 1; while :; do :; done")

    with Child(str(program), [], Limits(30)) as child:
        child.finish()
        assert child.ran_out_of_time


def test_leaving_early_ends_the_program(program: Path) -> None:
    write(program, "echo $$; exec sleep 60")

    with Child(str(program), [], Limits(60)) as child:
        number = int(child.stdout.readline())

    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)


def test_a_program_that_ends_well_is_not_late(program: Path) -> None:
    write(program, "echo heard >&2; exit 3")

    with Child(str(program), [], Limits(10)) as child:
        assert child.finish() == 3
        assert not child.ran_out_of_time
        assert child.errors == "heard\n"


def test_endless_complaints_neither_block_nor_fill_the_memory(program: Path) -> None:
    write(program, "head -c 20000000 /dev/zero >&2; echo last >&2; echo done")

    with Child(str(program), [], Limits(20)) as child:
        assert child.stdout.read() == b"done\n"
        assert child.finish() == 0
        assert len(child.errors) == 64 * 1024
        assert child.errors.endswith("last\n")


def test_it_has_no_input_unless_asked(program: Path) -> None:
    assert run(program, "cat; echo end") == ("end\n", 0)


def test_it_reads_what_it_is_fed(program: Path) -> None:
    write(program, "exec cat")

    with Child(str(program), [], Limits(10), feed=True) as child:
        child.stdin.write(b"sound")
        child.stdin.close()
        assert child.stdout.read() == b"sound"
