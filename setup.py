"""What pyproject.toml cannot say: an installed library carries the content a bank's project inherits."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

CARRIED = ("domain.yml", "config.yml", "endpoints.yml", "credentials.yml", "live.yml")


class BuildWithContent(build_py):
    """Puts data/ and the files beside it into persona/library; an editable install reads them where they are."""

    def run(self) -> None:
        """Build as usual, then copy."""
        super().run()
        if self.editable_mode:
            return
        here, target = Path(__file__).parent, Path(self.build_lib) / "persona" / "library"
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(here / "data", target / "data")
        for name in CARRIED:
            shutil.copy(here / name, target)


setup(cmdclass={"build_py": BuildWithContent})
