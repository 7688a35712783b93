"""What changed in the public catalogue since the last look: for harvesters that will not read everything again."""
