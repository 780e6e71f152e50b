"""Styles and scripts: kept by browsers for a year, never older than the page."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests

from medisync.lib.static_files import versioned
from tests.server import Server


def test_another_content_is_another_address(tmp_path: Path) -> None:
    (tmp_path / "js").mkdir()
    file = tmp_path / "js" / "a.js"
    file.write_text("import './b.js';")
    others = tmp_path / "versions.txt"
    before = versioned("/static/", tmp_path / "js", others)

    assert versioned("/static/", tmp_path / "js", others) == before
    file.write_text("import './c.js';")
    changed = versioned("/static/", tmp_path / "js", others)
    others.write_text("django==5.2")
    also = versioned("/static/", tmp_path / "js", others)
    assert len({before, changed, also}) == 3


@pytest.mark.once
def test_the_server_lets_them_be_kept(tmp_path: Path) -> None:
    with Server(tmp_path / "clinic") as server:
        page = requests.get(f"{server.url}/sign-in", timeout=30).text
        style = page.split('rel="stylesheet" href="')[1].split('"')[0]
        answer = requests.get(f"{server.url}{style}", timeout=30)
        module = style.replace("medisync.css", "js/player.js")
        script = requests.get(f"{server.url}{module}", timeout=30)
        old = requests.get(f"{server.url}/static/0/medisync/medisync.css", timeout=30)

    assert answer.headers["Cache-Control"] == "max-age=31536000, public"
    assert answer.headers["Content-Type"].startswith("text/css")
    assert script.headers["Content-Type"].startswith("text/javascript")
    assert 'import { toast } from "./toast.js"' in script.text
    assert old.status_code == 404
