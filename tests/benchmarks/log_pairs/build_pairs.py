"""Jobs of gcc, make and cmake: a made-up program of forty files in C, with programs that test it."""

from __future__ import annotations

from collections.abc import Sequence

from pair import Fault, Job, pair

PARTS = [
    "abacus",
    "beacon",
    "canyon",
    "dagger",
    "eclair",
    "falcon",
    "garnet",
    "hammer",
    "indigo",
    "jacket",
    "kettle",
    "ladder",
    "magnet",
    "napkin",
    "oyster",
    "paddle",
    "quartz",
    "rocket",
    "saddle",
    "tunnel",
    "umbra",
    "velvet",
    "walrus",
    "xylem",
    "yonder",
    "zephyr",
    "acorn",
    "bobbin",
    "cactus",
    "dinghy",
    "ember",
    "fiddle",
    "goblet",
    "hinge",
    "icicle",
    "jigger",
    "kernel",
    "lagoon",
    "mosaic",
    "nutmeg",
]

MAKEFILE = """CFLAGS = -O1 -g -Wall -Wextra -Iinclude
PARTS = {parts}
OBJECTS = $(PARTS:%=build/%.o)

all: build/ship check

build/%.o: src/%.c
\t@mkdir -p build
\t$(CC) $(CFLAGS) -c -o $@ $<

build/libship.a: $(OBJECTS)
\tar rcs $@ $^

build/ship: src/main.c build/libship.a
\t$(CC) $(CFLAGS) -o $@ src/main.c build/libship.a -lm

build/test_%: tests/test_%.c build/libship.a
\t$(CC) $(CFLAGS) -o $@ $< build/libship.a -lm

check: $(PARTS:%=build/test_%)
\t@for test in $^; do ./$$test; echo "$$test: exit status $$?"; done
"""


def write_program(job: Job, changed: dict[str, str] | None = None, parts: Sequence[str] = PARTS) -> None:
    """Write the program. `changed`: what a file, as `src/NAME.c`, has instead."""
    files = {"Makefile": MAKEFILE.format(parts=" ".join(parts))}
    files["include/ship.h"] = "".join(f"int {part}(int load);\n" for part in parts)
    calls = "".join(f'    printf("{part} %d\\n", {part}(3));\n' for part in parts)
    files["src/main.c"] = f'#include <stdio.h>\n#include "ship.h"\n\nint main(void)\n{{\n{calls}    return 0;\n}}\n'
    for place, part in enumerate(parts):
        unused = "    int spare = load;\n" if place % 9 == 4 else ""
        below = parts[place - 1] + "(load - 1) + " if place else ""
        files[f"src/{part}.c"] = (
            f'#include "ship.h"\n\nint {part}(int load)\n{{\n{unused}    if (load < 1)\n        return {place};\n'
            f"    return {below}load * {place + 2};\n}}\n"
        )
        files[f"tests/test_{part}.c"] = (
            '#include <assert.h>\n#include <stdio.h>\n#include "ship.h"\n\nint main(void)\n{\n'
            f"    for (int load = 0; load < 4; load++)\n        assert({part}(load) >= load);\n"
            f'    printf("{part}: 4 loads carried\\n");\n    return 0;\n}}\n'
        )
    for name, text in (files | (changed or {})).items():
        job.write(name, text)


def build(job: Job, changed: dict[str, str]) -> None:
    """Make it all, with the change if this is the run that fails."""
    write_program(job, changed if job.failing else None)
    job.shell("make -k all")


@pair(
    Fault("undefined reference", r"undefined reference to `rocket'"),
    Fault("linker failed", r"^collect2: error: ld returned 1 exit status"),
    Fault("make gave up", r"^make: \*\*\* |^make: Target .* not remade"),
    goods=2,
)
def make_undefined_reference(job: Job) -> None:
    """A function has another name than its header says."""
    build(job, {"src/rocket.c": "int racket(int load)\n{\n    return load;\n}\n"})


@pair(
    Fault("new warning", r"comparison of integer expressions of different signedness|-Wsign-compare"),
    Fault("another one", r"-Wmisleading-indentation"),
    goods=3,
    stamped=True,
)
def make_new_warning(job: Job) -> None:
    """Among warnings that were always there are two of a new kind; all is built."""
    text = (
        '#include "ship.h"\n\nint kettle(int load)\n{\n    unsigned int most = 40;\n    int water = 0;\n'
        "    if (load > most)\n        water = 1;\n        load = 0;\n    return water + load;\n}\n"
    )
    build(job, {"src/kettle.c": text})


@pair(
    Fault("assertion", r"test_magnet: tests/test_magnet.c:\d+: main: Assertion"),
    Fault("exit status", r"build/test_magnet: exit status 134", "value"),
    Fault("no report", r"^magnet: 4 loads carried", "fewer"),
    goods=2,
)
def make_assertion(job: Job) -> None:
    """A test program's assertion fails at run time."""
    build(job, {"src/magnet.c": '#include "ship.h"\n\nint magnet(int load)\n{\n    return load - 1;\n}\n'})


@pair(Fault("exit status", r"build/test_oyster: exit status 3", "value"), goods=3)
def make_exit_status(job: Job) -> None:
    """A test program says what it always says and returns another status."""
    text = '#include <stdio.h>\n\nint main(void)\n{\n    printf("oyster: 4 loads carried\\n");\n    return 3;\n}\n'
    build(job, {"tests/test_oyster.c": text})


CMAKE = """cmake_minimum_required(VERSION 3.18)
project(ship C)
enable_testing()
add_library(parts STATIC {sources})
target_include_directories(parts PUBLIC include)
target_compile_options(parts PRIVATE -Wall -Wextra)
add_executable(ship src/main.c)
target_link_libraries(ship parts m)
foreach(part {parts})
  add_executable(test_${{part}} tests/test_${{part}}.c)
  target_link_libraries(test_${{part}} parts m)
  add_test(NAME ${{part}} COMMAND test_${{part}})
endforeach()
"""


def cmake(job: Job, changed: dict[str, str]) -> None:
    """Configure, build and test it all, with the change if this is the run that fails."""
    write_program(job, changed if job.failing else None)
    sources = " ".join(f"src/{part}.c" for part in PARTS)
    job.write("CMakeLists.txt", CMAKE.format(sources=sources, parts=" ".join(PARTS)))
    job.shell(
        "cmake -S . -B out -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_FLAGS_RELEASE=-O1\n"
        "cmake --build out -- -k VERBOSE=1; cd out && ctest"
    )


@pair(
    Fault("missing header", r"fatal error: velvet_limits\.h: No such file or directory"),
    Fault("make gave up", r"make.*\*\*\* .*velvet\.c\.o\] Error 1"),
    Fault("no library", r"not remade because of errors|make.*\*\*\* .*/all\] Error 2"),
    Fault("no program to test", r"Could not find executable|\*\*\*Not Run"),
    stamped=True,
)
def cmake_missing_header(job: Job) -> None:
    """A file wants a header that is not there."""
    text = '#include "ship.h"\n#include "velvet_limits.h"\n\nint velvet(int load)\n{\n    return load;\n}\n'
    cmake(job, {"src/velvet.c": text})


@pair(Fault("a test that took long", r"Passed +[1-9]\d*\.\d+ sec", "value"), goods=2)
def cmake_slow_test(job: Job) -> None:
    """A test takes a hundred times as long as before, and passes."""
    text = "#include <stdio.h>\n#include <unistd.h>\n\nint main(void)\n{\n    sleep(4);\n    return 0;\n}\n"
    cmake(job, {"tests/test_tunnel.c": text})


@pair(
    Fault("one definition rule", r"\[-Wodr\]|violates the C\+\+ One Definition Rule"),
    Fault(
        "the other definition",
        r"note: a different type is defined in another translation unit|note: the first difference",
    ),
)
def cxx_one_definition(job: Job) -> None:
    """Two files define a type of one name in two ways; found when all is linked."""
    extra = "double depth;" if job.failing else "int depth;"
    for place, part in enumerate(PARTS):
        field = extra if place == 22 else "int depth;"
        job.write(
            f"{part}.cpp",
            f"struct Hull {{ int width; {field} virtual int load() const; virtual ~Hull(); }};\n"
            f"int {part}(const Hull &hull) {{ return hull.width + hull.load() + {place}; }}\n",
        )
    calls = " + ".join(f"{part}(hull)" for part in PARTS)
    externs = "".join(f"int {part}(const Hull &);\n" for part in PARTS)
    job.write(
        "main.cpp",
        "struct Hull { int width; int depth; virtual int load() const; virtual ~Hull(); };\nHull::~Hull() {}\n"
        f"int Hull::load() const {{ return depth; }}\n{externs}"
        "int main() { Hull hull; hull.width = 1; hull.depth = 2; "
        f"return ({calls}) > 9 ? 0 : 1; }}\n",
    )
    compiles = "\n".join(
        f"g++ -v -O1 -flto -Wall -c {part}.cpp -o {part}.o 2>&1 | grep -v ^COLLECT" for part in PARTS[:24]
    )
    rest = "\n".join(f"g++ -O1 -flto -c {part}.cpp -o {part}.o" for part in PARTS[24:])
    job.shell(f"{compiles}\nset -x\n{rest}\ng++ -O1 -flto -Wodr main.cpp *.o -o ship\n./ship")


@pair(
    Fault("undefined reference", r"undefined reference to `rocket'"),
    Fault("linker failed", r"^collect2: error: ld returned 1 exit status"),
    Fault("make gave up", r"^make: \*\*\* |^make: Target .* not remade"),
    goods=2,
)
def make_another_commit(job: Job) -> None:
    """The program has grown and is compiled with other flags, which is as it should be; a function has a wrong name."""
    grown = [*PARTS, "osprey", "pelican", "quiver", "ribbon", "sextant", "trellis", "urchin", "vessel"]
    changed = {
        "src/rocket.c": "int racket(int load)\n{\n    return load;\n}\n",
        "Makefile": MAKEFILE.format(parts=" ".join(grown)).replace("-g -Wall", "-g3 -fno-common -Wall -Wshadow"),
    }
    write_program(job, changed if job.failing else None, grown if job.failing else PARTS)
    job.shell("rm -rf build; make -k all")
