#!/usr/bin/env python3
"""Packs a built binary for those who install it: an archive, a Python wheel, npm packages.

    pack.py archive TARGET BINARY OUT    OUT/gonogo-VERSION-TARGET.tar.gz
    pack.py wheel   TARGET BINARY OUT    OUT/gonogo-VERSION-py3-none-PLATFORM.whl
    pack.py npm     TARGET BINARY OUT    OUT/@gonogo/OS-CPU/, the package of one platform
    pack.py npm-main OUT                 OUT/gonogo/, the package that people install
    pack.py version                      the version alone

Every package carries the binary: nothing is downloaded while it is installed, and no script runs. The same binary gives
the same bytes: times are SOURCE_DATE_EPOCH, or the beginning of 1980. Needs Python 3.11 and nothing else.
"""

import base64
import gzip
import hashlib
import io
import json
import os
import pathlib
import re
import subprocess
import sys
import tarfile
import time
import tomllib
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
CARGO = tomllib.loads((ROOT / "Cargo.toml").read_text(encoding="utf-8"))["package"]
NAME, VERSION = CARGO["name"], CARGO["version"]
TARGETS = {entry["target"]: entry for entry in json.loads((ROOT / "packaging/targets.json").read_text(encoding="utf-8"))}
LICENCES = ["LICENSE-APACHE", "LICENSE-MIT"]
SCOPE = f"@{NAME}"

# A zip knows no earlier time.
FIRST_OF_1980 = 315532800
WHEN = max(int(os.environ.get("SOURCE_DATE_EPOCH", FIRST_OF_1980)), FIRST_OF_1980)

ABOUT = f"""# {NAME}

{CARGO["description"]}.

```sh
{NAME} check .
{NAME} explain blocking-index
```

This package carries the program itself: nothing is downloaded while it is installed.
"""


def repository():
    """Where this is built from, as the CI system says; nothing is claimed elsewhere."""
    server, name = os.environ.get("GITHUB_SERVER_URL"), os.environ.get("GITHUB_REPOSITORY")
    return f"{server}/{name}" if server and name else None


def python_version():
    """Python writes 0.2.0-rc.1 as 0.2.0rc1, in file names too."""
    version = re.sub(r"-(?:(a)lpha|(b)eta|(rc))\.(\d+)$", r"\1\2\3\4", VERSION)
    if not re.fullmatch(r"\d+\.\d+\.\d+(?:(?:a|b|rc)\d+)?", version):
        sys.exit(f"a Python package cannot have the version {VERSION}; take -alpha.N, -beta.N or -rc.N")
    return version


def program(target):
    return f"{NAME}.exe" if "windows" in target else NAME


def archive(target, binary, out):
    """The binary with its manual page, its completions and the licences, in one folder."""
    said = lambda *words: subprocess.run([binary, *words], check=True, capture_output=True).stdout
    shells = {"bash": NAME, "zsh": f"_{NAME}", "fish": f"{NAME}.fish", "powershell": f"_{NAME}.ps1", "elvish": f"{NAME}.elv"}
    files = {program(target): (binary.read_bytes(), 0o755), f"man/{NAME}.1": (said("man"), 0o644)}
    files |= {f"completions/{shell}/{name}": (said("completions", shell), 0o644) for shell, name in shells.items()}
    files |= {name: ((ROOT / name).read_bytes(), 0o644) for name in ["README.md", "CHANGELOG.md", *LICENCES]}
    folder = f"{NAME}-{VERSION}-{target}"
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, (content, mode) in sorted(files.items()):
            entry = tarfile.TarInfo(f"{folder}/{name}")
            entry.size, entry.mode, entry.mtime = len(content), mode, WHEN
            tar.addfile(entry, io.BytesIO(content))
    path = out / f"{folder}.tar.gz"
    path.write_bytes(gzip.compress(packed.getvalue(), mtime=WHEN))
    return path


def wheel(target, binary, out):
    """As the Python packaging standards ask for: what lies in `scripts` ends up on the PATH."""
    platform = TARGETS[target]["wheel"]
    version = python_version()
    info = f"{NAME}-{version}.dist-info"
    metadata = [
        "Metadata-Version: 2.4",
        f"Name: {NAME}",
        f"Version: {version}",
        f"Summary: {CARGO['description']}",
        f"Keywords: {','.join(CARGO['keywords'])}",
        f"License-Expression: {CARGO['license']}",
        *[f"License-File: {name}" for name in LICENCES],
        "Requires-Python: >=3.8",
        *([f"Project-URL: Source, {repository()}"] if repository() else []),
        "Description-Content-Type: text/markdown",
    ]
    tags = [f"Tag: py3-none-{part}" for part in platform.split(".")]
    about = ["Wheel-Version: 1.0", f"Generator: {NAME} packaging", "Root-Is-Purelib: false", *tags]
    files = {f"{NAME}-{version}.data/scripts/{program(target)}": (binary.read_bytes(), 0o755)}
    files |= {f"{info}/licenses/{name}": ((ROOT / name).read_bytes(), 0o644) for name in LICENCES}
    files[f"{info}/METADATA"] = (("\n".join(metadata) + "\n\n" + ABOUT).encode(), 0o644)
    files[f"{info}/WHEEL"] = (("\n".join(about) + "\n").encode(), 0o644)
    digest = lambda content: base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    record = [f"{name},sha256={digest(content)},{len(content)}" for name, (content, _) in files.items()]
    files[f"{info}/RECORD"] = (("\n".join([*record, f"{info}/RECORD,,"]) + "\n").encode(), 0o644)
    path = out / f"{NAME}-{version}-py3-none-{platform}.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, (content, mode) in files.items():
            entry = zipfile.ZipInfo(name, time.gmtime(WHEN)[:6])
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, (0o100000 | mode) << 16
            # As if packed on Unix, wherever it is: the mode counts there alone.
            entry.create_system = 3
            packed.writestr(entry, content)
    return path


def npm_name(target):
    where = TARGETS[target]["npm"]
    return f"{SCOPE}/{where['os']}-{where['cpu']}"


def npm_folder(out, name, package, files):
    folder = out / name
    folder.mkdir(parents=True, exist_ok=True)
    package = {"name": name, "version": VERSION, "description": CARGO["description"], "license": CARGO["license"], **package}
    if repository():
        package["repository"] = {"type": "git", "url": f"git+{repository()}.git"}
    (folder / "package.json").write_text(json.dumps(package, indent=2) + "\n", encoding="utf-8", newline="\n")
    (folder / "README.md").write_text(ABOUT, encoding="utf-8", newline="\n")
    for path, content, mode in [*files, *[(name, (ROOT / name).read_bytes(), 0o644) for name in LICENCES]]:
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_bytes(content)
        (folder / path).chmod(mode)
    return folder


def npm(target, binary, out):
    """The package of one platform. npm installs the one that fits, by `os` and `cpu`."""
    where = TARGETS[target]["npm"]
    package = {"os": [where["os"]], "cpu": [where["cpu"]], "preferUnplugged": True}
    return npm_folder(out, npm_name(target), package, [(f"bin/{program(target)}", binary.read_bytes(), 0o755)])


def npm_main(out):
    """The package that people install: a few lines that start the binary of their platform."""
    package = {
        "bin": {NAME: f"bin/{NAME}.js"},
        "engines": {"node": ">=18"},
        "keywords": CARGO["keywords"],
        "optionalDependencies": {npm_name(target): VERSION for target in TARGETS},
    }
    launcher = (ROOT / f"packaging/npm/{NAME}.js").read_bytes()
    return npm_folder(out, NAME, package, [(f"bin/{NAME}.js", launcher, 0o755)])


def main(words):
    match words:
        case ["version"]:
            return VERSION
        case ["npm-main", out]:
            return npm_main(pathlib.Path(out))
        case ["archive" | "wheel" | "npm" as what, target, binary, out] if target in TARGETS:
            out = pathlib.Path(out)
            out.mkdir(parents=True, exist_ok=True)
            pack = {"archive": archive, "wheel": wheel, "npm": npm}[what]
            return pack(target, pathlib.Path(binary).resolve(), out)
    known = "\n".join(f"    {target}" for target in TARGETS)
    sys.exit(f"{__doc__}\nTargets:\n{known}")


if __name__ == "__main__":
    print(main(sys.argv[1:]))
