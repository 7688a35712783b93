"""The town of the packages' tests."""

from tests.opendata.packages.conftest import town as town
