import { CONFIGURATION_FILE } from "@pipelines/core/configuration/configuration-file";
import type { Release } from "./release.ts";

/** The workflow that an infrastructure-live repository calls Pipelines with. */
export function callerWorkflow({ repository, ref }: Release, deployBranch: string): string {
  return `# Runs Terragrunt for pull requests and merges. What runs for which folder is said by ${CONFIGURATION_FILE}.
name: Pipelines

on:
  pull_request:
    types: [opened, synchronize, reopened, edited]
  merge_group:
    types: [checks_requested]
  push:
    branches: [${JSON.stringify(deployBranch)}]
  # A drift check on working days; it applies nothing.
  schedule:
    - cron: "0 5 * * 1-5"
  workflow_dispatch:
    inputs:
      action:
        description: What to do with the units
        type: choice
        options: [plan, apply, plan-destroy, destroy, apply-due, dismiss, unlock]
        default: plan
      units:
        description: "Globs of unit paths, separated by blanks: prod/**/vpc"
        type: string
        required: true
      commit:
        description: At which commit of the branch; empty is its tip
        type: string
        required: false
      approved_run:
        description: The number of the plan run that was looked at (apply and destroy), from its address
        type: string
        required: false
      destroy_existing:
        description: Destroy units although they are on the branch (destroy)
        type: boolean
        default: false
      lock_id:
        description: The id of the lock that a run which is gone left (unlock), from the report
        type: string
        required: false

permissions: {}

jobs:
  pipelines:
    name: pipelines
    # Of what can be edited in a pull request, only the branch that it goes to changes what is to be planned.
    if: github.event.action != 'edited' || github.event.changes.base.ref.from != ''
    uses: ${repository}/.github/workflows/pipelines.yml@${ref}
    # The most that any of its jobs gets; each job takes less.
    permissions:
      contents: write # the ledger of what is applied and what is due, and the branch with a new account's code
      pull-requests: write # comments
      statuses: write # whether a plan is fresh
      issues: write # failed applies
      actions: read # reviewed plans
      id-token: write # cloud credentials
    secrets:
      PIPELINES_SECRETS: \${{ secrets.PIPELINES_SECRETS }}
      # A token that only reads private modules and catalogues; code of pull requests can read it.
      PIPELINES_MODULE_TOKEN: \${{ secrets.PIPELINES_MODULE_TOKEN }}
`;
}
