"""The states of a dataset on its way to the public: kept, shown and changed. The rules are `standard.governance`."""
