"""The shapes that services ask of the world; typing.Protocol only, each method with its law."""
