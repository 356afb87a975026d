"""Build of the compiled kernels: every module whose name ends in `_cy` is plain Python that Cython compiles.

The extensions are optional: where no C compiler is found the same modules run interpreted.
"""

import os
from pathlib import Path

from Cython.Build import cythonize
from setuptools import Extension, setup

SOURCE = Path("src")

# Half the time to build of -O3 -g, which is what Python itself is built with, and no slower. `make sanitize` has others.
FLAGS = os.environ.get("PYARGUS_CFLAGS", "-O2 -g0").split()

JOBS = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

KERNELS = cythonize(
    [
        Extension(".".join(path.relative_to(SOURCE).with_suffix("").parts), [path.as_posix()], extra_compile_args=FLAGS)
        for path in sorted(SOURCE.rglob("*_cy.py"))
    ],
    include_path=[SOURCE.as_posix()],
    build_dir="build/cython",
    nthreads=JOBS,
    compiler_directives={
        "language_level": "3",
        "boundscheck": True,
        "wraparound": False,
        "initializedcheck": True,
        "annotation_typing": True,
    },
)
for kernel in KERNELS:  # cythonize makes new extensions and does not keep this
    kernel.optional = True

setup(ext_modules=KERNELS, options={"build_ext": {"parallel": JOBS}})
