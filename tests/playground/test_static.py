"""The page's files without a browser: whole, fetching nothing from elsewhere, never turning data into markup."""

import re
import urllib.request
from html.parser import HTMLParser
from pathlib import Path

import pytest

import bot.playground
from bot.playground import Playground

STATIC = Path(bot.playground.__file__).parent / "static"
MODULES = sorted(STATIC.glob("*.js"))
FILES = sorted(path for path in STATIC.iterdir() if path.is_file())

IMPORT = re.compile(r'^import (?:\{([^}]*)\} from )?"([^"]+)";', re.MULTILINE)
EXPORT = re.compile(r"^export (?:async )?(?:function|const|class) (\w+)", re.MULTILINE)
ADDRESS = re.compile(r"\b(?:https?|wss?|ftp)://(\w[\w.-]*)")
# The SVG namespace is a name, not an address: nothing is fetched from it.
NAMES = {"www.w3.org"}
LOOPBACK = {"127.0.0.1", "localhost"}
MARKUP_FROM_TEXT = re.compile(
    r"\b(?:innerHTML|outerHTML|insertAdjacentHTML|document\.write|srcdoc|DOMParser|eval\(|new Function)"
)

by_name = pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)


class References(HTMLParser):
    """Collects what a page fetches or links to, its ids, its inline code and its content security policy."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.ids: set[str] = set()
        self.policy = ""
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.addresses += [given[name] for name in ("src", "href") if name in given]
        self.ids.add(given.get("id", ""))
        self.inline += [name for name in given if name.startswith("on") or name == "style"]
        if tag == "style" or (tag == "script" and "src" not in given):
            self.inline.append(tag)
        if given.get("http-equiv") == "Content-Security-Policy":
            self.policy = given["content"]


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def references_in(page: str) -> References:
    references = References()
    references.feed(page)
    return references


@pytest.fixture
def page() -> References:
    return references_in(text_of(STATIC / "index.html"))


def test_the_page_fetches_only_local_files_that_exist(page: References) -> None:
    assert "/static/app.js" in page.addresses
    for address in page.addresses:
        if address.startswith("#"):
            assert address[1:] in page.ids
        else:
            assert address.startswith("/static/")
            assert (STATIC / address.removeprefix("/static/")).is_file()


def test_the_local_slack_serves_the_page_and_its_files() -> None:
    kinds = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
    with Playground() as slack:
        for place in ("/", "/archives/C01GENERAL/p1700000000000100"):
            with urllib.request.urlopen(slack.url + place) as answer:  # noqa: S310 -- loopback
                assert "/static/app.js" in references_in(answer.read().decode()).addresses
        for path in FILES:
            if path.suffix in kinds:
                with urllib.request.urlopen(f"{slack.url}/static/{path.name}") as answer:  # noqa: S310 -- loopback
                    assert answer.headers.get_content_type() == kinds[path.suffix]
                    assert answer.read() == path.read_bytes()


def test_the_policy_forbids_other_hosts_and_inline_code(page: References) -> None:
    assert "default-src 'self'" in page.policy
    assert "unsafe" not in page.policy
    assert page.inline == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_file_names_another_host(path: Path) -> None:
    assert set(ADDRESS.findall(text_of(path))) <= NAMES | LOOPBACK


@pytest.mark.parametrize("path", sorted(STATIC.glob("*.css")), ids=lambda path: path.name)
def test_styles_fetch_nothing(path: Path) -> None:
    assert "url(" not in text_of(path)
    assert "@import" not in text_of(path)


@by_name
def test_data_never_becomes_markup(path: Path) -> None:
    assert not MARKUP_FROM_TEXT.search(text_of(path))


@by_name
def test_a_module_imports_only_what_another_exports(path: Path) -> None:
    imports = IMPORT.findall(text_of(path))
    assert len(imports) == len(re.findall(r"^import\b", text_of(path), re.MULTILINE))
    for names, source in imports:
        module = STATIC / source.removeprefix("./")
        assert module in MODULES
        exported = set(EXPORT.findall(text_of(module)))
        assert {name.strip() for name in names.split(",") if name.strip()} <= exported


@by_name
def test_a_module_uses_what_it_imports(path: Path) -> None:
    body = IMPORT.sub("", text_of(path))
    for names, _ in IMPORT.findall(text_of(path)):
        for name in names.split(","):
            assert re.search(rf"\b{name.strip()}\b", body), f"{name.strip()} is imported for nothing"


def test_whatever_is_exported_is_imported_somewhere() -> None:
    imported = {
        name.strip() for path in MODULES for names, _ in IMPORT.findall(text_of(path)) for name in names.split(",")
    }
    exported = {name for path in MODULES for name in EXPORT.findall(text_of(path))}
    assert exported <= imported


def test_every_icon_that_is_asked_for_is_drawn() -> None:
    drawn = set(re.findall(r'^  (\w+): "M', text_of(STATIC / "icons.js"), re.MULTILINE))
    asked = {name for path in MODULES for name in re.findall(r'\b(?:icon|iconButton)\("(\w+)"', text_of(path))}
    assert asked
    assert asked <= drawn


def test_every_element_the_modules_look_up_is_in_the_page_or_made_by_them(page: References) -> None:
    wanted = {name for path in MODULES for name in re.findall(r'\bbyId\("([\w-]+)"\)', text_of(path))}
    made = {name for path in MODULES for name in re.findall(r'\bid: "([\w-]+)"', text_of(path))}
    assert wanted <= page.ids | made


@by_name
def test_a_module_is_short_enough_to_be_read_at_once(path: Path) -> None:
    lines = text_of(path).splitlines()
    assert len(lines) <= 300
