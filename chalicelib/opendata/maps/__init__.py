"""Tables on the map: GeoJSON of their rows, a preview of points and shapes, and a number by province in colours.

Drawings are SVG made on the server: no script, no tiles from elsewhere. The provinces' shapes are `data/provinces.json`
(source and licence stand in it).
"""
