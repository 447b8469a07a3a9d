"""Makes the wheel one for every Python 3, and for Linux on x64, because the C library lies in it."""
from setuptools import Distribution, setup
from wheel.bdist_wheel import bdist_wheel


class WithLibrary(Distribution):
    """A distribution that is not the same on every system, although nothing of it is compiled for a Python."""

    def has_ext_modules(self):
        return True


class PlatformWheel(bdist_wheel):
    def get_tag(self):
        return "py3", "none", "linux_x86_64"


setup(distclass=WithLibrary, cmdclass={"bdist_wheel": PlatformWheel})
