"""What the blog is made of (CycloneDX 1.6): `python -m requirements.sbom` writes sbom.json.

It is read from the lock files, the manifest of vendored files, and what installed packages say
of themselves. The same files give the same bytes: there is no time in it, and its number is
made of its content.
"""

import json
import re
import tomllib
from importlib.metadata import Distribution, distributions
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

ROOT = Path(__file__).parents[1]
SBOM = Path(__file__).with_name("sbom.json")
LOCKS = {"run.txt": "required", "math.txt": "optional", "diagrams.txt": "optional"}
# What says nothing of its licence in its metadata, from the file that comes with it.
UNSAID = {"quickjs-ng": "MIT"}
_ENTRY = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==([^\s;]+)(.*?)(?=^\S|\Z)", re.M | re.S)


def main() -> None:
    SBOM.write_text(bill(), encoding="utf-8")


def bill() -> str:
    """Return the bill of materials as JSON."""
    known = {each["purl"]: each for each in _before().get("components", []) if "purl" in each}
    installed = {_plain(each.metadata["Name"]): each for each in distributions()}
    locked = {
        _plain(name): _component(name, version, rest, scope, installed, known)
        for lock, scope in LOCKS.items()
        for name, version, rest in _ENTRY.findall((ROOT / "requirements" / lock).read_text())
    }
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    own = f"pkg:pypi/{project['name']}@{project['version']}"
    components = [*locked.values(), *_vendored()]
    said = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": own,
                "name": project["name"],
                "version": project["version"],
                "licenses": [{"license": {"id": project["license"]}}],
                "purl": own,
            }
        },
        "components": sorted(components, key=lambda each: str(each["bom-ref"])),
        "dependencies": _dependencies(own, project["dependencies"], locked, installed),
    }
    serial = uuid5(NAMESPACE_URL, json.dumps(said, sort_keys=True))
    whole = {"$schema": said.pop("$schema"), "serialNumber": f"urn:uuid:{serial}", **said}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _component(name, version, rest, scope, installed, known):  # type: ignore[no-untyped-def]
    purl = f"pkg:pypi/{_plain(name)}@{version}"
    found = installed.get(_plain(name))
    is_here = found is not None and found.version == version
    licence = _licence(found) if is_here else known.get(purl, {}).get("licenses")
    hashes = [{"alg": "SHA-256", "content": each} for each in re.findall("sha256:(\\w+)", rest)]
    component = {
        "type": "library",
        "bom-ref": purl,
        "name": _plain(name),
        "version": version,
        "scope": scope,
        "purl": purl,
        "externalReferences": [{"type": "distribution", "url": purl, "hashes": hashes}],
    }
    return component | ({"licenses": licence} if licence else {})


def _licence(found: Distribution) -> list[dict[str, object]] | None:
    """Return what a package says its licence is: an expression (PEP 639), else a name."""
    about = found.metadata
    if expression := about.get("License-Expression"):
        return [{"expression": expression}]
    short = (about.get("License") or "").strip()
    named = [each for each in about.get_all("Classifier", []) if each.startswith("License ::")]
    if short and len(short) < 60 and "\n" not in short:
        return [{"license": {"name": short}}]
    names = sorted(each.rpartition(":: ")[2] for each in named)
    if unsaid := UNSAID.get(_plain(about["Name"])):
        return [{"license": {"id": unsaid}}]
    return [{"license": {"name": name}} for name in names] or None


def _vendored() -> list[dict[str, object]]:
    entries = json.loads((ROOT / "static/vendor/manifest.json").read_text(encoding="utf-8"))
    return [
        {
            "type": "library",
            "bom-ref": f"vendor:{entry['name']}@{entry['version']}",
            "name": entry["name"],
            "version": entry["version"],
            "description": entry["origin"],
            "scope": "required",
            "licenses": [{"license": {"id": entry["licence"]}}],
            "components": [
                {
                    "type": "file",
                    "bom-ref": f"file:static/vendor/{name}",
                    "name": f"static/vendor/{name}",
                    "hashes": [{"alg": "SHA-256", "content": digest}],
                }
                for name, digest in entry["files"].items()
            ],
        }
        for entry in entries
    ]


def _dependencies(own, asked, locked, installed):  # type: ignore[no-untyped-def]
    """Return who needs whom, among what is locked."""
    before = {each["ref"]: each.get("dependsOn", []) for each in _before().get("dependencies", [])}

    def refs(requirements: list[str]) -> list[str]:
        names = (re.match(r"[\w.-]+", each) for each in requirements if "extra ==" not in each)
        found = {_plain(name[0]) for name in names if name}
        return sorted(locked[name]["bom-ref"] for name in found if name in locked)

    rows = [{"ref": own, "dependsOn": refs(asked)}]
    for name, component in sorted(locked.items()):
        here, ref = installed.get(name), component["bom-ref"]
        is_here = here is not None and here.version == component["version"]
        rows.append(
            {"ref": ref, "dependsOn": refs(here.requires or []) if is_here else before.get(ref, [])}
        )
    return rows


def _before() -> dict[str, list[dict[str, object]]]:
    """What was written last: it knows packages that are not for this system."""
    return json.loads(SBOM.read_text(encoding="utf-8")) if SBOM.exists() else {}


def _plain(name: str) -> str:
    """A package's name in its one spelling (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    main()
