"""Everything that surrounds the application: the definition of its state, its provisioning, its packages and
its laptop stack.
"""
