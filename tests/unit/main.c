/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tap.h"

/* gracelab's; each ends as those of tap.h do. */
extern const struct tap_test tests_judge_behaviour[];
extern const struct tap_test tests_judge_client[];
extern const struct tap_test tests_judge_ends[];
extern const struct tap_test tests_judge_halves[];
extern const struct tap_test tests_judge_subject[];
extern const struct tap_test tests_judge_tls[];
extern const struct tap_test tests_judge_outcome[];
extern const struct tap_test tests_lab_arrow[];
extern const struct tap_test tests_lab_catalog[];
extern const struct tap_test tests_lab_compare[];
extern const struct tap_test tests_lab_explore[];
extern const struct tap_test tests_lab_fuzz[];
extern const struct tap_test tests_lab_http[];
extern const struct tap_test tests_lab_ladder[];
extern const struct tap_test tests_lab_mermaid[];
extern const struct tap_test tests_lab_overall[];
extern const struct tap_test tests_lab_parse[];
extern const struct tap_test tests_lab_pictures[];
extern const struct tap_test tests_lab_preamble[];
extern const struct tap_test tests_lab_record[];
extern const struct tap_test tests_lab_rungs[];
extern const struct tap_test tests_lab_text[];
extern const struct tap_test tests_lab_segment[];
extern const struct tap_test tests_lab_twice[];
extern const struct tap_test tests_lab_wire[];
extern const struct tap_test tests_stage[];
extern const struct tap_test tests_trace_sends[];
extern const struct tap_test tests_trace_story[];
extern const struct tap_test tests_trace_sums[];
extern const struct tap_test tests_trace_tls[];

extern const struct tap_test tests_live_words[];

/* tests/fuzz/replay.c */
extern const struct tap_test tests_replay[];

int main(void)
{
	static const struct tap_test *const suites[] = {
		tests_command,
		tests_duration,
		tests_escape,
		tests_event,
		tests_folder,
		tests_heard,
		tests_lines,
		tests_names,
		tests_near,
		tests_net,
		tests_outlet,
		tests_parse,
		tests_queue,
		tests_save,
		tests_sockopt,
		tests_status,
		tests_task,
		tests_texts,
		tests_timers,
		tests_wording,
		tests_wrap,
		tests_fuzz,
		tests_lab_arrow,
		tests_lab_catalog,
		tests_lab_ladder,
		tests_lab_mermaid,
		tests_lab_parse,
		tests_lab_pictures,
		tests_lab_record,
		tests_lab_rungs,
		tests_lab_text,
		tests_lab_segment,
		tests_lab_twice,
		tests_lab_wire,
		tests_live_words,
		tests_lab_http,
		tests_lab_preamble,
		tests_lab_compare,
		tests_lab_overall,
		tests_judge_behaviour,
		tests_judge_client,
		tests_judge_ends,
		tests_judge_halves,
		tests_judge_subject,
		tests_judge_tls,
		tests_judge_outcome,
		tests_lab_explore,
		tests_stage,
		tests_trace_sends,
		tests_trace_story,
		tests_trace_sums,
		tests_trace_tls,
		tests_lab_fuzz,
		tests_replay,
	};

	return tap_run(suites, sizeof(suites) / sizeof(*suites));
}
