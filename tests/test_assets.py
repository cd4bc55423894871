"""What pages are built from: the two halves of the GOV.UK pair, what is in the wheel, and what must never be."""

import json
import re
import zipfile
from hashlib import sha256
from pathlib import Path

import html5lib
import pytest
from jinja2 import Environment, PackageLoader, PrefixLoader

from custodiet.entrypoints.web.served import Assets

ROOT = Path(__file__).parents[1]
BUILT = ROOT / "src" / "custodiet" / "entrypoints" / "web" / "built"
GOVUK = ROOT / "assets" / "node_modules" / "govuk-frontend"
NOT_OURS = re.compile(r"crest|crown|transport|(bold|light)-[0-9a-f]{10}-v2", re.IGNORECASE)


def in_one_form(html: str) -> list[str]:
    """Tags, attributes and words, however they are laid out."""
    told: list[str] = []

    def walk(one) -> None:
        if not isinstance(one.tag, str):
            return
        told.append(f"<{one.tag}")
        told.extend(f"{name}={' '.join(str(value).split())}" for name, value in sorted(one.attrib.items(), key=str))
        told.extend((one.text or "").split())
        for child in one:
            walk(child)
            told.extend((child.tail or "").split())
        told.append(">")

    walk(html5lib.parseFragment(html, namespaceHTMLElements=False))
    return told


@pytest.fixture(scope="module")
def components():
    if not GOVUK.exists():
        pytest.skip("no npm packages: ./dev test installs them")
    return sorted(GOVUK.glob("dist/govuk/components/*/fixtures.json"))


def test_the_port_renders_every_fixture_of_the_package_that_it_is_paired_with(components):
    loader = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    env = Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    compared, differing = 0, []
    for file in components:
        name = file.parent.name
        macro = "govuk" + "".join(part.title() for part in name.split("-"))
        rendered = env.get_template(f"govuk_frontend_jinja/components/{name}/macro.html").module
        for fixture in json.loads(file.read_bytes())["fixtures"]:
            compared += 1
            if in_one_form(str(getattr(rendered, macro)(fixture["options"]))) != in_one_form(fixture["html"]):
                differing.append(f"{name}: {fixture['name']}")
    assert differing == []
    assert compared == 657


def test_the_pair_is_pinned_on_both_sides():
    npm = json.loads((ROOT / "assets" / "package-lock.json").read_bytes())["packages"]
    assert npm["node_modules/govuk-frontend"]["version"] == "6.3.0"
    assert "govuk-frontend-jinja==4.1.0" in (ROOT / "requirements" / "run.txt").read_text()


def test_what_was_built_is_what_its_manifest_says():
    manifest = Assets().manifest
    for name, digest in manifest["files"].items():
        assert sha256((BUILT / name).read_bytes()).hexdigest() == digest
    assert {one.name for one in BUILT.iterdir()} == {*manifest["files"], "MANIFEST.json"}
    licences = {one["name"]: one["licence"] for one in manifest["packages"]}
    theirs = {"govuk-frontend": "MIT", "@ministryofjustice/frontend": "MIT"}
    # What draws a map, and what of other people's it is made of.
    theirs |= {"ol": "BSD-2-Clause", "quickselect": "ISC", "rbush": "MIT"}
    assert licences == theirs
    assert sum(name.startswith("LICENCE-") for name in manifest["files"]) == len(theirs)


def test_nothing_of_the_crown_is_built_or_packed():
    for file in (ROOT / "src").rglob("*"):
        assert not NOT_OURS.search(file.name), file
    for name in ("app.css", "app.rtl.css"):
        held = (BUILT / name).read_text()
        assert not NOT_OURS.search(held)
        assert "@font-face" not in held


def test_sheets_load_nothing_that_is_not_beside_them():
    for name in ("app.css", "app.rtl.css"):
        asked = re.findall(r"url\(([^)]*)\)", (BUILT / name).read_text())
        assert all((BUILT / one.strip("\"'").removeprefix("./")).is_file() for one in asked), asked


def test_the_lock_file_tells_where_from_nowhere():
    text = (ROOT / "assets" / "package-lock.json").read_text()
    assert '"resolved"' not in text
    assert '"integrity"' in text


def test_an_asset_is_found_by_its_address_and_nothing_else_is():
    assets = Assets()
    for name in ("app.css", "init.js", "govuk-frontend.min.js"):
        assert assets.get(assets.address(name)) is not None
    for path in ("/static/", "/static/x/app.css", "/static/../shell.py", assets.address("app.css") + "/x"):
        assert assets.get(path) is None


def test_a_wheel_holds_the_assets(tmp_path):
    import shutil
    import subprocess
    import sys

    for name in ("pyproject.toml", ".gitignore"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    line = [Path(sys.executable).parent / "hatchling", "build", "-t", "wheel", "-d", tmp_path]
    subprocess.run(line, cwd=tmp_path, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "custodiet/entrypoints/web/built/app.css" in names
    assert not [name for name in names if NOT_OURS.search(name)]
