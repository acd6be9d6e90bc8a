"""Finding Chromium and what else the tests need; as a program, installing it where that is easy."""

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

# What Playwright turns off, since a second list replaces its own; and in the last line the panels
# of the address bar, two pages that every window would load for nobody, dearer than one of ours.
FEATURES_OFF = (
    "AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,HttpsUpgrades,"
    "HttpsFirstBalancedModeAutoEnable,LensOverlay,MediaRouter,PaintHolding,"
    "ThirdPartyStoragePartitioning,AvoidCorsURLLoaderRestartOnRedirect,TcpPortRandomizationWin,"
    "OptimizationHints,NetworkTimeServiceQuerying,AimEnabled,PreconnectToSearch,"
    "WebUIOmniboxPopup,WebUIOmniboxAimPopup"
)
# On a slim machine without a screen, GPU or way out; as root there is no sandbox.
ARGUMENTS = [
    f"--disable-features={FEATURES_OFF}",
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
# Debian keeps nginx where only root looks.
PLACES = (None, "/usr/sbin:/opt/homebrew/bin")
# What has them, on Debian and on a Mac.
PACKAGES = {
    "chromium": "chromium",
    "nginx": "nginx-light",
    "redis": "redis-server",
    "varnish": "varnish",
    "fonts": "fonts-liberation",
}
BREWED = {"chromium": "--cask chromium", "nginx": "nginx", "redis": "redis", "varnish": "varnish"}
# Text is as wide as it will be while the blog's own fonts are on the way: in Arial, or in this.
FONT = "truetype/liberation/LiberationSans-Regular.ttf"


def find_chromium():
    """Return the path of Chromium: what the variable CHROMIUM names, else an installed one."""
    names = [os.environ["CHROMIUM"]] if os.environ.get("CHROMIUM") else NAMES
    return next((path for path in map(shutil.which, names) if path), None)


def find_nginx():
    """Return the path of nginx, or None."""
    return next((path for place in PLACES if (path := shutil.which("nginx", path=place))), None)


def find_redis():
    """Return the path of a Redis server, or None."""
    places = (*PLACES, "/usr/local/bin")
    found = (shutil.which("redis-server", path=place) for place in places)
    return next((path for path in found if path), None)


def find_varnish():
    """Return the path of Varnish, or None."""
    return next((path for place in PLACES if (path := shutil.which("varnishd", path=place))), None)


def how_to_install(program):
    """Return one line that says what to do on this system to have a program of `PACKAGES`."""
    if platform.system() == "Darwin":
        return f"some tests need {program}: brew install {BREWED[program]}"
    return f"some tests need {program}: apt-get install {PACKAGES[program]}"


def main():
    """Install what is missing on Debian as root; elsewhere say so, which fails in CI."""
    if missing() and os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"Installing {' and '.join(missing())} for the tests", flush=True)
        environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        packages = [PACKAGES[name] for name in missing()]
        install = ["apt-get", "install", "-qq", "-y", "--no-install-recommends", *packages]
        for command in (["apt-get", "update", "-qq"], install):
            subprocess.run(command, env=environ, stdout=subprocess.DEVNULL, check=False)
    for program in missing():
        print(how_to_install(program), file=sys.stderr)
    return 1 if missing() and os.environ.get("CI") else 0


def missing():
    """Return the names of the programs that are not here."""
    found = {
        "chromium": find_chromium(),
        "nginx": find_nginx(),
        "redis": find_redis(),
        "varnish": find_varnish(),
        "fonts": platform.system() == "Darwin" or Path("/usr/share/fonts", FONT).exists(),
    }
    return [name for name, path in found.items() if not path]


if __name__ == "__main__":
    sys.exit(main())
