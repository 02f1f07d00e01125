"""The pages of the documentation: every link leads somewhere."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING

import pytest

from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PAGES = [*ROOT.glob("README*.md"), *sorted((ROOT / "docs").glob("*.md"))]
_BLOCK = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)")
_HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)


def anchors(page: Path) -> set[str]:
    """The headings as links name them: letters, digits and hyphens, in lower case."""
    headings = _HEADING.findall(_BLOCK.sub("", page.read_text(encoding="utf-8")))
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    lost = []
    for path, anchor in _LINK.findall(_BLOCK.sub("", page.read_text(encoding="utf-8"))):
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            lost.append(f"{path}#{anchor}")
    assert lost == []


def test_every_page_is_linked_from_a_readme() -> None:
    linked = {
        path
        for page in ROOT.glob("README*.md")
        for path, _ in _LINK.findall(page.read_text(encoding="utf-8"))
    }
    assert {f"docs/{page.name}" for page in PAGES if page.parent != ROOT} <= linked


def test_every_page_is_in_the_menu_of_the_site() -> None:
    site = tomllib.loads((ROOT / "docs" / "zensical.toml").read_text(encoding="utf-8"))
    listed = set(re.findall(r"'([^']*\.md)'", str(site["project"]["nav"])))
    assert listed == {"index.md", "index.zh-CN.md", *(page.name for page in PAGES if page.parent != ROOT)}


def test_the_reader_of_links_sees_them() -> None:
    assert _LINK.findall("[a](b.md#c) [d](#e) [f](https://g) ![h](i.svg)") == [
        ("b.md", "c"),
        ("", "e"),
        ("i.svg", ""),
    ]


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_a_readme_is_read_in_one_go(readme: str) -> None:
    assert len((ROOT / readme).read_text(encoding="utf-8").splitlines()) <= 180
