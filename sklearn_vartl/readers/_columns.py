"""Which column of a table plays which role."""

from dataclasses import dataclass

from ..light_curves import POINT_COLUMNS
from ._presets import SURVEY_PRESETS, SurveyPreset

# Names taken for a role when the caller maps none, tried in this order whatever their case.
_POINT_ALIASES = {
    "time": ("time", "t", "mjd", "hjd", "bjd", "jd", "hmjd"),
    "mag": ("mag", "magnitude", "m"),
    "magerr": ("magerr", "mag_err", "e_mag", "emag", "mag_error", "err"),
    "flux": ("flux",),
    "fluxerr": ("fluxerr", "flux_err", "flux_error", "e_flux"),
    **{name: (name,) for name in POINT_COLUMNS},
}
_STAR_ALIASES = {
    "id": ("object_id", "objectid", "source_id", "star_id", "id", "oid", "name"),
    "label": ("label",),
    "survey": ("survey",),
}
_ROLES = (*_STAR_ALIASES, *_POINT_ALIASES)
# Roles of points in presets only: signal to noise, which gives the error of a magnitude.
_SNR, _REJECT = "snr", "reject:"


@dataclass(frozen=True)
class Columns:
    """Column names by role, and what a survey's preset says of their contents."""

    names: dict
    preset: SurveyPreset

    @property
    def quantity(self):
        """What the light curves hold: "mag" or "flux"."""
        return "mag" if "mag" in self.names else "flux"

    def of_points(self):
        """Names by role of the columns with one value a point."""
        return {role: name for role, name in self.names.items() if role not in _STAR_ALIASES}

    def of_stars(self):
        """Names by role of the columns with one value a star."""
        return {role: name for role, name in self.names.items() if role in _STAR_ALIASES}


def resolve(point_names, star_names, columns=None):
    """The column for each role.

    Parameters
    ----------
    point_names : sequence of str
        Columns with one value a point.
    star_names : sequence of str
        Columns with one value a star; for a table with one row a point, the same ones.
    columns : mapping, str or None
        Column name by role, or the name of a survey's preset. Roles left out are found by their
        usual names, except that a preset names all it needs; None as a name leaves a role out.

    Returns
    -------
    Columns

    Raises
    ------
    ValueError
        If a role or preset is unknown, a named column is absent, or time or magnitude is not found.
    """
    point_names, star_names = list(map(str, point_names)), list(map(str, star_names))
    if isinstance(columns, str):
        preset = survey_preset(columns)
        asked = _of_preset(preset, point_names, star_names)
        aliases = _STAR_ALIASES  # and labels, which a user adds to any survey
    else:
        preset = SurveyPreset()
        asked = dict(columns or {})
        _check_asked(asked, dict.fromkeys([*point_names, *star_names]))
        aliases = _POINT_ALIASES | _STAR_ALIASES
    names = {role: name for role, name in asked.items() if name is not None}
    for role in (role for role in aliases if role not in asked):
        # A band or field may be given once a star; time and magnitude may not.
        places = [star_names] if role in _STAR_ALIASES else [point_names]
        places += [star_names] if role in POINT_COLUMNS else []
        found = _usual_name(aliases[role], places, set(names.values()))
        if found is not None:
            names[role] = found
    in_points = {role for role, name in names.items() if name in point_names}
    if "time" not in in_points or not ("mag" in in_points or "flux" in in_points):
        raise ValueError(_not_found(columns, preset, point_names))
    if "mag" in names and "flux" in names:
        # Magnitudes where a table has both, unless it is the flux that was asked for.
        without = "mag" if "flux" in asked and "mag" not in asked else "flux"
        names = {role: name for role, name in names.items() if not role.startswith(without)}
    return Columns(names, preset)


def survey_preset(name):
    """The preset of a survey, whatever the case of its name."""
    if name.lower() not in SURVEY_PRESETS:
        raise ValueError(f"There is no preset {name!r}; there are {', '.join(SURVEY_PRESETS)}")
    return SURVEY_PRESETS[name.lower()]


def reference_flux(name):
    """The flux of magnitude zero that a survey's preset records."""
    known = survey_preset(name).reference_flux
    if known is None:
        raise ValueError(f"The preset {name!r} records no reference flux; give a number")
    return known


def _of_preset(preset, point_names, star_names):
    available = {*point_names, *star_names}
    wanted = {"time": tuple(preset.times), **preset.columns}
    found = {
        role: next((name for name in names if name in available), None)
        for role, names in wanted.items()
    }
    for value in {"mag", "flux"} & found.keys():
        # The error of the very column that was found, not of another one.
        errors = wanted.get(value + "err", ())
        if found[value] in wanted[value] and len(errors) == len(wanted[value]):
            own = errors[wanted[value].index(found[value])]
            found[value + "err"] = own if own in available else None
    found |= {_REJECT + name: name for name in preset.reject if name in available}
    return {role: name for role, name in found.items() if name is not None}


def _check_asked(asked, available):
    unknown = sorted(set(asked) - set(_ROLES))
    if unknown:
        raise ValueError(
            f"columns names unknown roles {unknown}; the roles are {', '.join(_ROLES)}"
        )
    absent = [str(name) for name in asked.values() if name is not None and name not in available]
    if absent:
        raise ValueError(
            f"There is no column {', '.join(absent)}; there are {', '.join(available)}"
        )


def _usual_name(aliases, places, taken):
    for names in places:
        by_lower_case = {}
        for name in names:
            by_lower_case.setdefault(name.lower(), name)
        for alias in aliases:
            if alias in by_lower_case and by_lower_case[alias] not in taken:
                return by_lower_case[alias]
    return None


def _not_found(columns, preset, available):
    there = ", ".join(available) or "none"
    if isinstance(columns, str):
        values = preset.columns.get("mag", preset.columns.get("flux"))
        return (
            f"The preset {columns!r} expects the time in {' or '.join(preset.times)} and the "
            f"magnitude or flux in {' or '.join(values)}; the columns of points are: {there}"
        )
    return (
        f"Time and magnitude (or flux) not found; the columns of points are: {there}. Name them, "
        'as in columns={"time": "HJD", "mag": "Vmag", "magerr": "e_Vmag", "id": "star"} (in the '
        "shell --columns time=HJD,mag=Vmag,magerr=e_Vmag,id=star), or give "
        f"the name of a survey's preset: {', '.join(SURVEY_PRESETS)}."
    )
