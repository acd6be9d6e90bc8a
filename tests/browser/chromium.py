"""Finding Chromium for the browser tests; run as a program, installing it where that is easy."""

import os
import platform
import shutil
import subprocess
import sys

# On a slim machine without a screen, GPU or way out; as root there is no sandbox.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)


def find_chromium():
    """Return the path of Chromium: what the variable CHROMIUM names, else an installed one."""
    names = [os.environ["CHROMIUM"]] if os.environ.get("CHROMIUM") else NAMES
    return next((path for path in map(shutil.which, names) if path), None)


def how_to_install():
    """Return one line that says what to do on this system."""
    if platform.system() == "Darwin":
        return "browser tests need Chromium: brew install --cask chromium"
    return "browser tests need Chromium: apt-get install chromium, or set CHROMIUM to its path"


def main():
    """Install Chromium on Debian as root; elsewhere say what to install, which fails in CI."""
    if find_chromium():
        return 0
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Chromium for the browser tests", flush=True)
        environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        install = ["apt-get", "install", "-qq", "-y", "--no-install-recommends", "chromium"]
        for command in (["apt-get", "update", "-qq"], install):
            subprocess.run(command, env=environ, stdout=subprocess.DEVNULL, check=False)
    if find_chromium():
        return 0
    print(how_to_install(), file=sys.stderr)
    return 1 if os.environ.get("CI") else 0


if __name__ == "__main__":
    sys.exit(main())
