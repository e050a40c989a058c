"""A Fixit rule: every name that LibCST resolves to one of the two symbols, beyond its import."""

import libcst as cst
from fixit import LintRule
from libcst.metadata import ParentNodeProvider, QualifiedNameProvider

PACKAGE, NAMES = "aiokafka.", (".AIOKafkaConsumer", ".AIOKafkaProducer")


class LegacyClient(LintRule):
    MESSAGE = "Use the transport layer."
    METADATA_DEPENDENCIES = (QualifiedNameProvider, ParentNodeProvider)

    def visit_Name(self, node: cst.Name) -> None:
        self._look(node)

    def visit_Attribute(self, node: cst.Attribute) -> None:
        self._look(node)

    def visit_ImportFrom(self, node: cst.ImportFrom) -> None:
        module = node.module
        if (
            isinstance(node.names, cst.ImportStar)
            and isinstance(module, cst.Name)
            and module.value == "aiokafka"
        ):
            self.report(node, self.MESSAGE)

    def _look(self, node: cst.Name | cst.Attribute) -> None:
        parent = self.get_metadata(ParentNodeProvider, node)
        if isinstance(parent, (cst.ImportAlias, cst.AsName, cst.ImportFrom)):
            return
        names = self.get_metadata(QualifiedNameProvider, node, set())
        if any(
            name.name.startswith(PACKAGE) and name.name.endswith(NAMES)
            for name in names
        ):
            self.report(node, self.MESSAGE)
