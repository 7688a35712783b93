"""Bulk import: the agencies' Excel workbook of datasets, checked cell by cell and entered as drafts."""
