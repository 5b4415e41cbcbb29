type Figures = {
  readonly add: number;
  readonly change: number;
  readonly destroy: number;
  readonly replace: number;
  readonly import: number;
  readonly move: number;
  readonly forget: number;
};

/** `+3 ~1 −2 ±1`, losses bold, without what is 0; `null` when nothing is left. */
export function figures(plan: Figures): string | null {
  const parts = [
    plan.add > 0 ? `+${plan.add}` : null,
    plan.change > 0 ? `\\~${plan.change}` : null,
    plan.destroy > 0 ? `**−${plan.destroy}**` : null,
    plan.replace > 0 ? `**±${plan.replace}**` : null,
    plan.forget > 0 ? `**forget ${plan.forget}**` : null,
    plan.import > 0 ? `import ${plan.import}` : null,
    plan.move > 0 ? `move ${plan.move}` : null,
  ].filter((part) => part !== null);
  return parts.length === 0 ? null : parts.join(" ");
}

/** The same without Markdown, for HTML and terminals. */
export function plainFigures(plan: Figures): string {
  return (figures(plan) ?? "").replaceAll("**", "").replaceAll("\\", "");
}
