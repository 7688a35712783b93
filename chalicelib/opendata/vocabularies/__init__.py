"""Vocabularies: closed lists of tags that the operator keeps, beside the free tags that publishers write."""
