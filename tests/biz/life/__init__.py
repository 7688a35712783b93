"""The whole life of a case, in any order and with everything going wrong: the model, the faults, the machine."""
