"""One chart and one map of a table, over all of its rows: what is told by what, grouped by the engine.

`choice` decides which columns, `grouping` asks for the points, `look` keeps those of the automatic choice in the
table's report when it is made, `service` answers any other choice. Drawing is done by `page.chart` and `maps.drawing`.
"""
