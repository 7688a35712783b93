"""How much datasets are used: counted without hot items, told by day, published as a dataset itself."""
