"""The page without a browser: it is whole, it fetches nothing from elsewhere, and it never turns data into markup."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

import bot.playground

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


class References(HTMLParser):
    """Collects what a page fetches or links to, and its content security policy."""

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


def page() -> References:
    references = References()
    references.feed((STATIC / "index.html").read_text(encoding="utf-8"))
    return references


def test_the_page_fetches_only_local_files_that_exist() -> None:
    addresses = page().addresses
    assert "/static/app.js" in addresses
    for address in addresses:
        if address.startswith("#"):
            assert address[1:] in page().ids
        else:
            assert address.startswith("/static/")
            assert (STATIC / address.removeprefix("/static/")).is_file()


def test_the_policy_forbids_other_hosts_and_inline_code() -> None:
    policy = page().policy
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert page().inline == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_file_names_another_host(path: Path) -> None:
    hosts = set(ADDRESS.findall(path.read_text(encoding="utf-8")))
    assert hosts <= NAMES | LOOPBACK


@pytest.mark.parametrize("path", sorted(STATIC.glob("*.css")), ids=lambda path: path.name)
def test_styles_fetch_nothing(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "url(" not in text
    assert "@import" not in text


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_data_never_becomes_markup(path: Path) -> None:
    assert not MARKUP_FROM_TEXT.search(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_a_module_imports_only_what_another_exports(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    imports = IMPORT.findall(text)
    assert len(imports) == len(re.findall(r"^import\b", text, re.MULTILINE))
    for names, source in imports:
        module = STATIC / source.removeprefix("./")
        assert module in MODULES
        exported = set(EXPORT.findall(module.read_text(encoding="utf-8")))
        assert {name.strip() for name in names.split(",") if name.strip()} <= exported


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_a_module_uses_what_it_imports(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    body = IMPORT.sub("", text)
    for names, _ in IMPORT.findall(text):
        for name in names.split(","):
            assert re.search(rf"\b{name.strip()}\b", body), f"{name.strip()} is imported for nothing"


def test_every_icon_that_is_asked_for_is_drawn() -> None:
    drawn = set(re.findall(r"^  (\w+): \"M", (STATIC / "icons.js").read_text(encoding="utf-8"), re.MULTILINE))
    asked = {name for path in MODULES for name in re.findall(r'\bicon\("(\w+)"', path.read_text(encoding="utf-8"))}
    assert asked
    assert asked <= drawn


def test_every_element_the_modules_look_up_is_in_the_page_or_made_by_them() -> None:
    texts = [path.read_text(encoding="utf-8") for path in MODULES]
    wanted = {name for text in texts for name in re.findall(r'\bbyId\("([\w-]+)"\)', text)}
    made = {name for text in texts for name in re.findall(r'\bid: "([\w-]+)"', text)}
    assert wanted <= page().ids | made


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_a_module_is_short_enough_to_be_read_at_once(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300
