"""The command `corpus`: its commands by name, errors as exit codes. Nothing heavy is imported up here."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable
from typing import Any

import click

from corpus.commands.build import build
from corpus.commands.check import check
from corpus.commands.common import examples
from corpus.commands.diff import diff
from corpus.commands.exclude import exclude
from corpus.commands.init import init
from corpus.commands.provenance import provenance
from corpus.commands.publish import publish
from corpus.commands.release import release
from corpus.commands.rows import explain, show
from corpus.commands.verify import verify
from corpus.errors import CorpusError, UsageError, nearest


class Commands(click.Group):
    """A group that answers an unknown command with the nearest one, and lists the seldom ones under "More"."""

    more = ("release", "show", "explain", "verify", "exclude", "provenance")

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command."""
        if args and self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            raise UsageError("no such command", found=args[0], remedy=nearest(args[0], self.commands))
        return super().resolve_command(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of the work."""
        return list(self.commands)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Two lists: the main road, and what is needed now and then."""
        for title, wanted in (("Commands", False), ("More", True)):
            with formatter.section(title):
                rows = [(n, c.get_short_help_str(80)) for n, c in self.commands.items() if (n in self.more) is wanted]
                formatter.write_dl(rows)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Examples as they are, line by line."""
        formatter.write(self.epilog or "")


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="\nExamples:\n"
    + examples("corpus init raw/", "corpus build", "corpus publish --dry-run")
    + "\n\nExit codes: 0 fine, 1 the data did not pass, 2 wrong command or settings, 3 network, Hub or disk,\n"
    "4 a bug in corpus, 130 interrupted.\n",
)
@click.version_option(package_name="corpus-packager", prog_name="corpus")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def cli(debug: bool) -> None:
    """Package raw article files as a checked, versioned dataset, and publish it to the Hugging Face Hub."""


for _command in (init, build, check, diff, publish, release, show, explain, verify, exclude, provenance):
    cli.add_command(_command)


def main() -> None:
    """Run the command; a user never sees a traceback without --debug."""
    debug = "--debug" in sys.argv[1:]
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _interrupt)
    # memory that Arrow's own allocator gives back at once costs a tenth of a build to get again
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    sys.exit(_guarded(lambda: cli.main(prog_name="corpus", standalone_mode=False), debug=debug))


def _interrupt(number: int, frame: object) -> None:
    """End like an interrupt does: in order, with nothing left behind."""
    raise KeyboardInterrupt


def _guarded(run: Callable[[], Any], *, debug: bool) -> int:
    """Run a command and turn what it raises into a message and an exit code."""
    try:
        run()
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        error.show()
        return 2
    except CorpusError as error:
        return _complain(error, str(error), error.exit_code, debug=debug)
    except (KeyboardInterrupt, click.Abort):
        click.echo("\ninterrupted; the last release is as it was", err=True)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        where = f"\n  where:  {error.filename}" if error.filename else ""
        return _complain(
            error, f"{error.strerror or error}{where}\n  do:     free space or fix access, run again", 3, debug=debug
        )
    except Exception as error:  # noqa: BLE001 (the last net: a bug is reported as one)
        text = (
            f"a bug in corpus: {type(error).__name__}: {error}\n  do:     run again with --debug and report the output"
        )
        return _complain(error, text, 4, debug=debug)
    return 0


def _complain(error: BaseException, text: str, code: int, *, debug: bool) -> int:
    from corpus.transforms.printable import printable

    if debug:
        traceback.print_exception(error)
    click.echo(f"error: {printable(text, line_ends=True)}", err=True)
    return code
