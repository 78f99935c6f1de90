#!/usr/bin/env python3
"""The installed library serves a project that knows nothing of this one: examples/cpp is built by find_package and by
pkg-config against a temporary prefix, and run.

    install.py [--program build/gradus]
"""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
SAYS = {
    "network": "E = ",
    "sheet": "E(1) = ",
    "trace": "f = 3",
}


def run(command, **more):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=600, **more)
    if done.returncode != 0:
        print(f"$ {' '.join(command)}\n{done.stdout}")
        sys.exit(1)
    return done.stdout


def check(name, output):
    if SAYS[name] not in output or "nan" in output:
        print(f"{name} says:\n{output}")
        sys.exit(1)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", default="build/gradus")
    build = os.path.dirname(os.path.abspath(parser.parse_args().program))
    examples = os.path.abspath(os.path.join(ROOT, "examples", "cpp"))
    with tempfile.TemporaryDirectory() as folder:
        prefix, own = os.path.join(folder, "prefix"), os.path.join(folder, "build")
        run(["cmake", "--install", build, "--prefix", prefix])
        run(["cmake", "-S", examples, "-B", own, f"-DCMAKE_PREFIX_PATH={prefix}", "-DCMAKE_BUILD_TYPE=Release"])
        run(["cmake", "--build", own])
        for name in SAYS:
            check(name, run([os.path.join(own, name)]))

        if not shutil.which("pkg-config"):
            print(f"{len(SAYS)} examples, by find_package; pkg-config is not installed")
            return 0
        found = [os.path.join(at, "pkgconfig") for at, _, _ in os.walk(prefix) if os.path.isdir(os.path.join(at, "pkgconfig"))]
        environment = dict(os.environ, PKG_CONFIG_PATH=":".join(found))
        flags = run(["pkg-config", "--cflags", "--libs", "gradus"], env=environment).split()
        library = run(["pkg-config", "--variable=libdir", "gradus"], env=environment).strip()
        for name in SAYS:
            program = os.path.join(folder, name)
            run(["g++", os.path.join(examples, name + ".cpp"), "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-o", program] + flags +
                [f"-Wl,-rpath,{library}", "-pthread"])
            check(name, run([program]))

        # A user's headers are the public ones alone.
        headers = run(["g++", "-M", os.path.join(examples, "network.cpp")] + flags).split()
        strangers = [h for h in headers if "gmp" in h or "llvm" in h or h.startswith(os.path.join(os.path.abspath(ROOT), "src"))]
        if strangers:
            print("the public headers include " + ", ".join(strangers))
            return 1
    print(f"{len(SAYS)} examples, by find_package and by pkg-config")
    return 0


if __name__ == "__main__":
    sys.exit(main())
