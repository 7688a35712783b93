"""`python -m infra.operate STAGE COMMAND`: what an operator does by hand, under their own rights in AWS.

There is no way over HTTP to name the first operator, nor to put back what the sweep gave up: both are rare, and a route
for them would be there on all other days too. STAGE is a stage of `infra.stages`, or `local` for the laptop's stack
(with AWS_ENDPOINT_URL at the emulator). See docs/how-to/operate.md.

Each file holds one group of commands: plain functions, and a tuple `COMMANDS` that says how they are called.
"""
