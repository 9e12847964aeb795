"""What is written is whole or absent, goes where its name leads, and leaves nothing behind."""

import errno
import os
import stat
import threading

import pytest

from ganzoo import files
from ganzoo.errors import UserError
from ganzoo.files import append_line, atomically, refuse_unwritable, remove_drafts, write_atomically


def names(directory):
    return sorted(path.name for path in directory.iterdir())


@pytest.mark.parametrize("content, written", [("Grüße\n", "Grüße\n".encode()), (b"\x00\xff", b"\x00\xff"), ("", b"")])
def test_text_and_bytes_take_the_place_of_what_was_there(tmp_path, content, written):
    for _ in range(2):
        write_atomically(tmp_path / "file", content)
        assert (tmp_path / "file").read_bytes() == written
    assert names(tmp_path) == ["file"]


def test_what_fails_leaves_the_old_file_and_no_draft(tmp_path):
    write_atomically(tmp_path / "file", "old")
    with pytest.raises(TypeError):
        write_atomically(tmp_path / "file", 3)
    with pytest.raises(KeyboardInterrupt), atomically(tmp_path / "file") as file:
        file.write(b"half")
        raise KeyboardInterrupt
    assert (tmp_path / "file").read_text() == "old" and names(tmp_path) == ["file"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO])
def test_a_disk_that_fails_is_one_line(tmp_path, monkeypatch, number):
    write_atomically(tmp_path / "file", "old")

    def fail(descriptor):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(files.os, "fsync", fail)
    with pytest.raises(UserError, match=f"cannot write .*file: {os.strerror(number)}") as error:
        write_atomically(tmp_path / "file", "new")
    assert "\n" not in str(error.value)
    assert (tmp_path / "file").read_text() == "old" and names(tmp_path) == ["file"]


def test_a_full_device_is_one_line():
    with pytest.raises(UserError, match="cannot write /dev/full: No space left on device"):
        write_atomically("/dev/full", "text")


@pytest.mark.parametrize(
    "path, reason",
    [
        ("directory", "Is a directory"),
        ("file/inner", "Not a directory"),
        ("absent/inner", "No such file or directory"),
        ("x" * 300, "File name too long"),
        ("loop", "Too many levels of symbolic links"),
    ],
)
def test_a_place_that_cannot_be_is_one_line(tmp_path, path, reason):
    (tmp_path / "directory").mkdir()
    (tmp_path / "file").write_text("")
    (tmp_path / "loop").symlink_to("loop")
    before = names(tmp_path)
    with pytest.raises(UserError, match=f"cannot write .*: {reason}"):
        write_atomically(tmp_path / path, "text")
    with pytest.raises(UserError, match=f"cannot write .*: {reason}"):
        append_line(tmp_path / path, "text")
    assert names(tmp_path) == before


@pytest.mark.parametrize(
    "path, reason",
    [("directory", "Is a directory"), ("file/inner", "Not a directory"), ("absent/inner", "No such file or directory")],
)
def test_a_place_that_cannot_be_is_said_before_it_is_needed(tmp_path, path, reason):
    (tmp_path / "directory").mkdir()
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match=f"cannot write .*: {reason}"):
        refuse_unwritable(tmp_path / path)


def test_a_place_that_may_be_written_is_left_as_it_is(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("text")
    (tmp_path / "link").symlink_to("later")
    for path in (tmp_path / "file", tmp_path / "new", tmp_path / "link", "/dev/null", "/dev/stdout"):
        refuse_unwritable(path)
    assert (tmp_path / "file").read_text() == "text" and names(tmp_path) == ["file", "link"]
    monkeypatch.setattr(files.os, "access", lambda path, mode: False)  # root may write everything
    for name in ("file", "new"):
        with pytest.raises(UserError, match="Permission denied"):
            refuse_unwritable(tmp_path / name)


def test_a_name_of_any_length_that_the_disk_takes_can_be_written(tmp_path):
    for name in ("x" * 255, "ä" * 127):
        write_atomically(tmp_path / name, "text")
        assert (tmp_path / name).read_text() == "text"


def test_links_are_followed_to_their_target_there_or_not(tmp_path):
    (tmp_path / "inner").mkdir()
    (tmp_path / "target").write_text("old")
    (tmp_path / "link").symlink_to("target")
    (tmp_path / "second").symlink_to("link")
    (tmp_path / "dangling").symlink_to("inner/later")
    write_atomically(tmp_path / "second", "new")
    write_atomically(tmp_path / "dangling", "made")
    assert (tmp_path / "second").is_symlink() and (tmp_path / "link").is_symlink() and (tmp_path / "dangling").is_symlink()
    assert (tmp_path / "target").read_text() == "new" and (tmp_path / "inner" / "later").read_text() == "made"
    assert names(tmp_path / "inner") == ["later"]


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o666, 0o755])
def test_a_file_keeps_its_mode(tmp_path, mode):
    path = tmp_path / "file"
    path.write_text("old")
    path.chmod(mode)
    write_atomically(path, "new")
    assert stat.S_IMODE(path.stat().st_mode) == mode and path.read_text() == "new"


@pytest.mark.parametrize("mask, mode", [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_a_new_file_has_the_mode_that_the_umask_leaves(tmp_path, mask, mode):
    before = os.umask(mask)
    try:
        write_atomically(tmp_path / "file", "new")
        append_line(tmp_path / "lines", "new")
    finally:
        os.umask(before)
    for name in ("file", "lines"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == mode


def test_a_file_that_may_not_be_written_is_not_replaced(tmp_path, monkeypatch):
    path = tmp_path / "file"
    path.write_text("old")
    monkeypatch.setattr(files.os, "access", lambda path, mode: False)  # root may write everything
    with pytest.raises(UserError, match="Permission denied"):
        write_atomically(path, "new")
    assert path.read_text() == "old" and names(tmp_path) == ["file"]


def test_a_planted_link_is_never_followed(tmp_path, monkeypatch):
    monkeypatch.setattr(files.secrets, "token_hex", lambda count: "0" * 2 * count)
    (tmp_path / "victim").write_text("precious")
    (tmp_path / f".file.{'0' * 16}.draft").symlink_to("victim")
    with pytest.raises(UserError, match="File exists"):
        write_atomically(tmp_path / "file", "new")
    assert (tmp_path / "victim").read_text() == "precious"


def test_two_drafts_of_a_file_have_different_names():
    assert files.draft_name("a") != files.draft_name("a") and files.DRAFT.fullmatch(files.draft_name("ä" * 127))


def test_a_pipe_and_a_device_are_written_to_and_stay(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    read = []
    reader = threading.Thread(target=lambda: read.append((tmp_path / "pipe").read_bytes()))
    reader.start()
    write_atomically(tmp_path / "pipe", "through")
    reader.join()
    assert read == [b"through"] and stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)
    write_atomically("/dev/null", "nowhere")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


def test_the_standard_output_goes_on_where_it_is(capfd):
    print("before")
    for path in ("/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"):
        write_atomically(path, f"{path}\n")
    write_atomically("/dev/stderr", "error\n")
    print("after")
    out, err = capfd.readouterr()
    assert out.splitlines() == ["before", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "after"] and err == "error\n"


def test_a_line_is_appended_behind_whole_lines_and_behind_a_half_one(tmp_path):
    path = tmp_path / "lines"
    append_line(path, "one")
    append_line(path, "two")
    assert path.read_text() == "one\ntwo\n"
    path.write_text("one\nhal")
    append_line(path, "two")
    assert path.read_text() == "one\nhal\ntwo\n"


def test_drafts_of_the_dead_are_removed_and_nothing_else(tmp_path):
    draft = files.draft_name("run.json")
    (tmp_path / draft).write_text("half")
    for other in (".hidden", "a.draft", ".b.draft", f"{draft[1:]}"):
        (tmp_path / other).write_text("mine")
    remove_drafts(tmp_path)
    remove_drafts(tmp_path / "absent")
    assert draft not in names(tmp_path) and len(names(tmp_path)) == 4
