import type { Step } from "./stage.ts";
import { caseSteps } from "./steps/cases.ts";
import { gitHubSteps } from "./steps/only-github.ts";
import { storySteps } from "./steps/story.ts";

/** The steps in their order: each goes on from what the ones before have left. */
export const STEPS: readonly Step[] = [...storySteps, ...caseSteps, ...gitHubSteps];
