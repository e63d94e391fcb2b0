/** How the editor looks: the page's own colours, which reach into its shadow root as custom properties. */

import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const layout = EditorView.theme({
  "&": { backgroundColor: "var(--raised)", color: "var(--ink)", fontSize: "var(--editor-size)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": {
    fontFamily: "var(--mono)",
    lineHeight: "1.6",
    maxHeight: "var(--editor-most)",
    overflow: "auto",
  },
  ".cm-content, .cm-gutter": { minHeight: "var(--editor-least)" },
  ".cm-content": { padding: "0.6rem 0", caretColor: "var(--ink)" },
  ".cm-line": { padding: "0 0.75rem 0 0.4rem" },
  ".cm-gutters": { backgroundColor: "var(--sunken)", color: "var(--soft)", border: "none" },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--accent-soft) 45%, transparent)" },
  ".cm-activeLineGutter": { backgroundColor: "var(--accent-soft)", color: "var(--ink)" },
  ".cm-lineNumbers .cm-gutterElement": { padding: "0 0.5rem 0 0.75rem", minWidth: "2rem" },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": {
    backgroundColor: "var(--evidence)",
    outline: "1px solid var(--evidence-line)",
  },
  ".cm-nonmatchingBracket, &.cm-focused .cm-nonmatchingBracket": {
    backgroundColor: "var(--conflict)",
    outline: "1px solid var(--conflict-line)",
  },
  ".cm-tooltip": {
    border: "1px solid var(--line)",
    borderRadius: "var(--round-small)",
    backgroundColor: "var(--raised)",
    color: "var(--ink)",
    boxShadow: "var(--shadow)",
    fontFamily: "var(--sans)",
    fontSize: "0.9rem",
    maxWidth: "min(36rem, calc(100vw - 2rem))",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": {
    fontFamily: "var(--sans)",
    maxHeight: "none",
    minWidth: "min(22rem, 70vw)",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": {
    display: "flex",
    gap: "0.6rem",
    alignItems: "baseline",
    padding: "0.3rem 0.6rem",
    minHeight: "1.6rem",
    lineHeight: "1.35",
  },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--on-accent)" },
  ".cm-completionLabel": { fontFamily: "var(--mono)", fontSize: "0.85rem", whiteSpace: "nowrap" },
  ".entity .cm-completionLabel": {
    overflow: "hidden",
    textOverflow: "ellipsis",
    fontFamily: "var(--sans)",
    fontSize: "0.9rem",
  },
  ".cm-completionDetail": {
    flex: "1",
    marginLeft: "0",
    fontStyle: "normal",
    color: "var(--soft)",
    overflow: "hidden",
    textOverflow: "ellipsis",
    whiteSpace: "nowrap",
  },
  ".kind": { color: "var(--soft)", fontSize: "0.75rem", whiteSpace: "nowrap" },
  "li[aria-selected] .cm-completionDetail, li[aria-selected] .kind": { color: "inherit" },
  ".cm-completionInfo": { padding: "0.6rem 0.8rem", maxWidth: "22rem", lineHeight: "1.45" },
  ".explained": { padding: "0.6rem 0.8rem", lineHeight: "1.45" },
  ".explained p": { margin: "0" },
  ".explained .name": { fontFamily: "var(--mono)", fontSize: "0.8rem", color: "var(--soft)" },
  ".explained .label": { fontWeight: "600" },
  ".explained .uses": { color: "var(--soft)", fontSize: "0.8rem" },
  ".cm-diagnostic": { padding: "0.4rem 0.6rem", marginLeft: "0", borderLeftWidth: "4px" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--conflict-line)" },
  ".cm-diagnostic-warning": { borderLeftColor: "var(--evidence-line)" },
  ".cm-lintRange": { backgroundImage: "none", textDecoration: "underline wavy", textUnderlineOffset: "3px" },
  ".cm-lintRange-error": { textDecorationColor: "var(--conflict-line)", backgroundColor: "var(--conflict)" },
  ".cm-lintRange-warning": { textDecorationColor: "var(--evidence-line)" },
  ".cm-gutter-lint": { width: "1.1rem" },
  ".cm-gutter-lint .cm-gutterElement": { padding: "0.15rem 0 0 0.15rem" },
});

const colours = HighlightStyle.define([
  { tag: tags.comment, color: "var(--soft)", fontStyle: "italic" },
  { tag: tags.keyword, color: "var(--accent)", fontWeight: "600" },
  { tag: [tags.string, tags.integer, tags.float, tags.bool], color: "var(--evidence-ink)" },
  { tag: tags.variableName, color: "var(--said-ink)" },
  { tag: [tags.namespace, tags.url, tags.typeName], color: "var(--planned-ink)" },
  { tag: tags.annotation, color: "var(--soft)" },
]);

export const theme = [layout, syntaxHighlighting(colours)];
