"""Choosing cells on the command line."""

import difflib

from .error import PlotError

HELP = {
    "dataset": "data sets",
    "model": "models by their labels",
    "bits": "bit widths, such as w4a4",
    "method": "methods by their labels",
    "variant": "variants as the tables name them; '' for methods that have one",
    "seed": "seeds",
}


def add_filters(parser, *names):
    """One option for each of `names`, attributes of what `selected` will choose from."""
    for name in names:
        parser.add_argument(f"--{name}", nargs="+", action="extend", metavar=name.upper(), help=f"only these {HELP[name]}")
    parser.set_defaults(filters=names)


def unknown_value(name, value, known):
    near = difflib.get_close_matches(value, known, n=1)
    guess = f" (do you mean {near[0]}?)" if near else ""
    return PlotError(f"--{name} {value}: there is none{guess}; there are: {', '.join(each or repr('') for each in known)}")


def selected(items, options):
    """The items that match all filters of the command line."""
    kept = items
    for name in options.filters:
        wanted = getattr(options, name)
        if wanted is None:
            continue
        known = list(dict.fromkeys(str(getattr(item, name)) for item in items))
        for value in wanted:
            if value not in known:
                raise unknown_value(name, value, known)
        kept = [item for item in kept if str(getattr(item, name)) in wanted]
    if not kept:
        asked = " ".join(f"--{name} {' '.join(getattr(options, name))}" for name in options.filters if getattr(options, name))
        raise PlotError(f"nothing matches {asked}: each of these values occurs, but not together")
    return kept
