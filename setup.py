"""Build of the compiled kernels: every module whose name ends in `_cy` is plain Python that Cython compiles.

The extensions are optional: where no C compiler is found the same modules run interpreted.
"""

from pathlib import Path

from Cython.Build import cythonize
from setuptools import Extension, setup

SOURCE = Path("src")

KERNELS = [
    Extension(".".join(path.relative_to(SOURCE).with_suffix("").parts), [path.as_posix()], optional=True)
    for path in sorted(SOURCE.rglob("*_cy.py"))
]

setup(
    ext_modules=cythonize(
        KERNELS,
        include_path=[SOURCE.as_posix()],
        build_dir="build/cython",
        compiler_directives={
            "language_level": "3",
            "boundscheck": True,
            "wraparound": False,
            "initializedcheck": True,
            "annotation_typing": True,
        },
    )
)
