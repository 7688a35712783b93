"""`python -m infra.deploy STAGE`: a stage is examined, deployed, tried, and put back to what it was if it is not well.

The doctor looks first (`doctor`), then the data and Chalice's part are brought up (`road`), what was deployed is kept
with Chalice's record in the stage's own bucket (`releases`), and a few calls show that it is well (`smoke`).
"""
