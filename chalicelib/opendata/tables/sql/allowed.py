"""What a query may be made of: kinds of nodes of DuckDB's syntax tree, and functions. Whatever is not named is refused.

Left out on purpose: whatever reads or writes anything but the granted tables (read_*, glob, query, COPY ...), tells of
the engine (current_setting, version, duckdb_*, pg_*), makes much of little (repeat, lpad, rpad, range, generate_series,
format, printf, list_resize), runs functions by a name in a text (list_aggregate), or answers otherwise each time
(random, uuid).
"""

from __future__ import annotations


def _words(text: str) -> list[str]:
    return text.split()


NODES = frozenset(
    _words("""
    SELECT_NODE SET_OPERATION_NODE CTE_NODE
    BASE_TABLE SUBQUERY JOIN EMPTY EXPRESSION_LIST PIVOT TABLE_FUNCTION
    LIMIT_MODIFIER LIMIT_PERCENT_MODIFIER ORDER_MODIFIER DISTINCT_MODIFIER
    ORDER_DEFAULT ASCENDING DESCENDING
    COLUMN_REF STAR VALUE_CONSTANT FUNCTION LAMBDA CASE_EXPR TYPE COLLATE POSITIONAL_REFERENCE ARRAY_SLICE
    ARRAY_EXTRACT STRUCT_EXTRACT ARRAY_CONSTRUCTOR GROUPING_FUNCTION DEFAULT_EXPRESSION
    OPERATOR_CAST OPERATOR_TRY OPERATOR_NOT OPERATOR_IS_NULL OPERATOR_IS_NOT_NULL OPERATOR_COALESCE OPERATOR_NULLIF
    COMPARE_EQUAL COMPARE_NOTEQUAL COMPARE_LESSTHAN COMPARE_GREATERTHAN COMPARE_LESSTHANOREQUALTO
    COMPARE_GREATERTHANOREQUALTO COMPARE_IN COMPARE_NOT_IN COMPARE_DISTINCT_FROM COMPARE_NOT_DISTINCT_FROM
    COMPARE_BETWEEN COMPARE_NOT_BETWEEN
    CONJUNCTION_AND CONJUNCTION_OR
    WINDOW_AGGREGATE WINDOW_RANK WINDOW_RANK_DENSE WINDOW_NTILE WINDOW_PERCENT_RANK WINDOW_CUME_DIST
    WINDOW_ROW_NUMBER WINDOW_FIRST_VALUE WINDOW_LAST_VALUE WINDOW_LEAD WINDOW_LAG WINDOW_NTH_VALUE WINDOW_FILL
""")
)
"""Values of `type` in the tree that `json_serialize_sql` gives."""

TABLE_FUNCTIONS = frozenset({"unnest"})
"""Functions that may stand behind FROM."""

_OPERATORS = _words("+ - * / // % ** ^ @ || & | ~ << >> ~~ !~~ ~~* !~~* ~~~ ^@ ->> <@ @> && <-> <=>")

_AGGREGATES = _words("""
    count count_star sum avg min max any_value first last arbitrary median mode quantile quantile_cont quantile_disc
    stddev stddev_pop stddev_samp variance var_pop var_samp skewness kurtosis entropy corr covar_pop covar_samp
    regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy
    bool_and bool_or bit_and bit_or bit_xor product sum_no_overflow fsum kahan_sum favg geomean geometric_mean mad
    count_if countif approx_count_distinct approx_quantile approx_top_k arg_max arg_min max_by min_by argmax argmin
    arg_max_null arg_min_null histogram string_agg group_concat listagg list array_agg map_from_entries mean sem
    weighted_avg wavg
""")

_TEXT = _words("""
    lower upper lcase ucase trim ltrim rtrim length len char_length character_length strlen length_grapheme
    substring substr substring_grapheme left right left_grapheme right_grapheme concat concat_ws replace translate
    reverse strip_accents nfc_normalize position instr strpos contains starts_with prefix ends_with suffix
    like_escape ilike_escape not_like_escape not_ilike_escape split_part string_split str_split string_to_array split
    string_split_regex regexp_matches regexp_full_match regexp_extract regexp_extract_all regexp_replace
    regexp_split_to_array regexp_escape ascii unicode ord chr hex md5 sha1 sha256 levenshtein editdist3
    damerau_levenshtein hamming mismatches jaccard jaro_similarity jaro_winkler_similarity parse_filename
    url_encode url_decode octet_length bit_length
""")

_NUMBERS = _words("""
    abs sign round round_even ceil ceiling floor trunc even sqrt cbrt exp ln log log2 log10 pow power mod fmod fdiv
    greatest least pi radians degrees sin cos tan cot asin acos atan atan2 sinh cosh tanh isnan isfinite isinf
    gcd greatest_common_divisor lcm least_common_multiple factorial gamma lgamma nextafter add subtract multiply divide
    bit_count xor signbit
""")

_TIMES = _words("""
    date_part datepart date_trunc datetrunc date_diff datediff date_sub datesub date_add year month day quarter week
    weekofyear yearweek dayofweek isodow weekday dayofmonth dayofyear hour minute second millisecond microsecond epoch
    epoch_ms era decade century millennium isoyear dayname monthname last_day strftime strptime try_strptime make_date
    make_time make_timestamp make_timestamptz to_years to_quarters to_months to_weeks to_days to_hours to_minutes
    to_seconds to_milliseconds time_bucket timezone age now current_date today get_current_timestamp
    current_localtimestamp to_timestamp days_in_month julian epoch_us to_centuries to_decades
""")

_NESTED = _words("""
    list_value list_pack array_value struct_pack row map map_keys map_values map_entries map_extract map_extract_value
    map_contains cardinality element_at unnest struct_extract array_extract list_extract list_element array_length
    list_contains list_has array_contains array_has list_has_any list_has_all array_has_any array_has_all
    list_position list_indexof list_sort array_sort list_reverse_sort list_reverse array_reverse list_distinct
    array_distinct list_unique array_unique list_slice array_slice list_sum list_avg list_min list_max list_count
    list_median list_mode list_any_value list_first list_last list_bool_and list_bool_or list_stddev_samp
    list_transform array_transform list_apply array_apply apply list_filter array_filter filter list_reduce
    array_reduce reduce list_concat list_cat array_concat array_cat list_append array_append list_prepend
    array_prepend list_intersect array_intersect list_zip array_zip array_to_string flatten
    struct_keys struct_values
""")

_OTHERS = _words("""
    nullif if typeof hash row_number rank dense_rank
    percent_rank cume_dist ntile lag lead first_value last_value nth_value fill constant_or_null
""")

FUNCTIONS = frozenset([*_OPERATORS, *_AGGREGATES, *_TEXT, *_NUMBERS, *_TIMES, *_NESTED, *_OTHERS])
"""By DuckDB's names, in lower case."""

SPECIAL = frozenset({"current_catalog", "current_role", "current_schema", "current_user", "session_user", "user"})
"""What reads like a column and tells of the engine. A column of such a name is found behind its table's name."""
