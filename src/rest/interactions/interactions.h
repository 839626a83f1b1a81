// The interactions, one file each. Each takes a Call whose path is matched and checked, and answers
// with a response or with the issues that end the request.
#pragma once

#include "src/rest/context.h"

namespace server::rest {

Answer read(const Call& call);
Answer vread(const Call& call);
Answer create(const Call& call);
Answer update(const Call& call);
Answer remove(const Call& call);
Answer patch(const Call& call);
Answer conditional_patch(const Call& call);
Answer conditional_update(const Call& call);
Answer conditional_delete(const Call& call);
Answer history(const Call& call);
Answer search(const Call& call);
Answer bundle(const Call& call);
Answer job_status(const Call& call);
Answer job_cancel(const Call& call);
Answer export_data(const Call& call);
Answer export_status(const Call& call);
Answer export_cancel(const Call& call);
Answer export_file(const Call& call);
Answer import_data(const Call& call);
Answer import_status(const Call& call);
Answer import_cancel(const Call& call);
Answer import_file(const Call& call);
Answer capabilities(const Call& call);
Answer operation(const Call& call);
Answer meta(const Call& call);
Answer meta_add(const Call& call);
Answer meta_delete(const Call& call);
Answer versions(const Call& call);
Answer delete_history(const Call& call);
Answer reindex(const Call& call);
Answer process_message(const Call& call);
Answer match_patient(const Call& call);
Answer expunge(const Call& call);
Answer everything(const Call& call);
Answer convert(const Call& call);
Answer diff(const Call& call);
Answer document(const Call& call);
Answer docref(const Call& call);
Answer lastn(const Call& call);
Answer stats(const Call& call);
Answer graphql(const Call& call);

}  // namespace server::rest
