"""The workbook in which agencies list their datasets: its sheets and columns, as the agencies' catalogues read them.

A sheet `Temp2_Meta_...` holds the datasets of one type, `Temp3_Resource_...` their files and links. Row 4 holds the
headings and row 5 an explanation; data begin in row 6. Our own template names the fields in row 3 besides, so that a
column may be moved; without that row the place of a column says what it is.
"""

from __future__ import annotations

from chalicelib.shared.dataclass import dataclass

FIELDS_ROW, HEADINGS_ROW, HELP_ROW, FIRST_ROW = 3, 4, 5, 6

_HEAD = (
    "name", "data_type", "title", "owner_org", "maintainer", "maintainer_email", "tag_string", "notes", "objective",
    "update_frequency_unit", "update_frequency_interval", "geo_coverage", "data_source", "data_format",
    "data_category", "license_id", "accessible_condition",
)  # fmt: skip
_RECORD = (
    "created_date", "last_updated_date", "url", "data_support", "data_collect", "data_language",
    "high_value_dataset", "reference_data",
)  # fmt: skip
_STATISTICS = (
    "first_year_of_data", "last_year_of_data", "data_release_calendar", "last_updated_date", "disaggregate",
    "unit_of_measure", "unit_of_multiplier", "calculation_method", "standard", "url", "data_language",
    "official_statistics",
)  # fmt: skip
_GIS = (
    "geographic_data_set", "equivalent_scale", "west_bound_longitude", "east_bound_longitude",
    "north_bound_longitude", "south_bound_longitude", "positional_accuracy", "reference_period", "last_updated_date",
    "data_release_calendar", "data_release_date", "url", "data_language",
)  # fmt: skip
_RESOURCE = (
    "dataset_name", "name", "url", "description", "resource_accessible_condition", "resource_last_updated_date",
    "format",
)  # fmt: skip
_RESOURCE_RECORD = (*_RESOURCE, "resource_created_date", "resource_data_collect")
_RESOURCE_STATISTICS = (
    *_RESOURCE, "resource_first_year_of_data", "resource_last_year_of_data", "resource_data_release_calendar",
    "resource_disaggregate", "resource_unit_of_measure", "resource_unit_of_multiplier", "resource_official_statistics",
)  # fmt: skip
_RESOURCE_GIS = (
    *_RESOURCE, "resource_equivalent_scale", "resource_geographic_data_set", "resource_created_date",
    "resource_data_release_date", "resource_positional_accuracy",
)  # fmt: skip


@dataclass(frozen=True)
class Pair:
    """The two sheets of one type of dataset.

    Attributes:
        letter: of the type (`Standard.types`).
        datasets, resources: names of the sheets.
        columns, resource_columns: fields by their place, from column A on.
    """

    letter: str
    datasets: str
    resources: str
    columns: tuple[str, ...]
    resource_columns: tuple[str, ...]

    def by_place(self, headings: int) -> tuple[str, ...]:
        """The columns of a sheet with so many headings: newer ones have the classification after the category."""
        if headings <= len(self.columns):
            return self.columns
        after = self.columns.index("data_category") + 1
        return (*self.columns[:after], "data_classification", *self.columns[after:])


_OTHER = ("name", "data_type_other", *_HEAD[2:], *_RECORD)

PAIRS = (
    Pair("R", "Temp2_Meta_Record", "Temp3_Resource_Record", (*_HEAD, *_RECORD), _RESOURCE_RECORD),
    Pair("S", "Temp2_Meta_Stat", "Temp3_Resource_Stat", (*_HEAD, *_STATISTICS), _RESOURCE_STATISTICS),
    Pair("G", "Temp2_Meta_GIS", "Temp3_Resource_GIS", (*_HEAD, *_GIS), _RESOURCE_GIS),
    Pair("M", "Temp2_Meta_Multi", "Temp3_Resource_Multi", (*_HEAD, *_RECORD), _RESOURCE_RECORD),
    Pair("O", "Temp2_Meta_Other", "Temp3_Resource_Other", _OTHER, _RESOURCE_RECORD),
)
