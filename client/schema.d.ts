/** Made of openapi.json by `npm run openapi`: change the routes, not this. */
export interface paths {
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read this description
         * @description OpenAPI 3.1, for generators and other tools. For people the same is at `/docs`.
         */
        get: operations["get_openapi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/livez": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Is the process alive?
         * @description Asks neither the store nor Redis.
         */
        get: operations["livez"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Can it serve?
         * @description 200 also while Redis is down, because jobs are stored and run all the same; 503 without the store.
         */
        get: operations["readyz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Can it serve?
         * @description 200 also while Redis is down, because jobs are stored and run all the same; 503 without the store.
         */
        get: operations["healthz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List jobs
         * @description Newest first unless asked otherwise. Pages repeat no job and skip none that existed when the first was read, also while new ones are created.
         *
         *     Needs the scope `read`.
         */
        get: operations["list_jobs"];
        put?: never;
        /**
         * Create a job
         * @description It runs when it is due: at once without a time. Every fault of the request and of the payload comes in one answer. 200 instead of 201: an earlier request with the same Idempotency-Key has made the job.
         *
         *     Needs the scope `write`.
         */
        post: operations["create_job"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/jobs/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create many jobs
         * @description Up to 1,000: all of them, or none. A fault names the index of its job.
         *
         *     Needs the scope `write`.
         */
        post: operations["create_jobs"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/jobs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a job
         * @description With its attempts that did not succeed, newest first.
         *
         *     Needs the scope `read`.
         */
        get: operations["get_job"];
        put?: never;
        post?: never;
        /**
         * Delete a job
         * @description One that has ended, with its attempts.
         *
         *     Needs the scope `admin`.
         */
        delete: operations["delete_job"];
        options?: never;
        head?: never;
        /**
         * Change a job
         * @description While it is pending: its time, payload, priority and so on.
         *
         *     Needs the scope `write`.
         */
        patch: operations["update_job"];
        trace?: never;
    };
    "/jobs/{id}/explain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Explain a job
         * @description Why is it not running, and when can it start?
         *
         *     Needs the scope `read`.
         */
        get: operations["explain_job"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/jobs/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Cancel a job
         * @description 200: it will not start. 202: it runs, and was told to stop; whatever would run it again cancels it. Cancelling again is harmless.
         *
         *     Needs the scope `write`.
         */
        put: operations["cancel_job"];
        /**
         * Cancel a job
         * @description 200: it will not start. 202: it runs, and was told to stop; whatever would run it again cancels it. Cancelling again is harmless.
         *
         *     Needs the scope `write`.
         */
        post: operations["cancel_job_by_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/jobs/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Retry a job
         * @description Runs a job again that has ended, now and with all its attempts. With the fence that you saw, a delayed copy of the request does nothing.
         *
         *     Needs the scope `write`.
         */
        post: operations["retry_job"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/jobs/{id}/run-now": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Run a job now
         * @description Makes a pending job due now; its scheduled_at stays.
         *
         *     Needs the scope `write`.
         */
        post: operations["run_job_now"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/jobs/{id}/duplicate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Duplicate a job
         * @description Creates a job like this one, whatever its status, with a time of its own.
         *
         *     Needs the scope `write`.
         */
        post: operations["duplicate_job"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/jobs/bulk/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel many jobs
         * @description Those that run are told to stop. Names the jobs by their ids, or by the filter of the list and how many you expect it to mean. The answer says for each job what happened, and why not. A filter that means more jobs than one request does is done by several: next_cursor goes on.
         *
         *     Needs the scope `write`.
         */
        post: operations["cancel_jobs"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/jobs/bulk/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Retry many jobs
         * @description Runs those again that have ended. Names the jobs by their ids, or by the filter of the list and how many you expect it to mean. The answer says for each job what happened, and why not. A filter that means more jobs than one request does is done by several: next_cursor goes on.
         *
         *     Needs the scope `write`.
         */
        post: operations["retry_jobs"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/jobs/bulk/run-now": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Run many jobs now
         * @description Makes those due that are pending. Names the jobs by their ids, or by the filter of the list and how many you expect it to mean. The answer says for each job what happened, and why not. A filter that means more jobs than one request does is done by several: next_cursor goes on.
         *
         *     Needs the scope `write`.
         */
        post: operations["run_jobs_now"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/jobs/bulk/update": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change many jobs
         * @description Those that are pending. Names the jobs by their ids, or by the filter of the list and how many you expect it to mean. The answer says for each job what happened, and why not. A filter that means more jobs than one request does is done by several: next_cursor goes on.
         *
         *     Needs the scope `write`.
         */
        post: operations["update_jobs"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/jobs/bulk/duplicate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Duplicate many jobs
         * @description Creates jobs like these. Names the jobs by their ids, or by the filter of the list and how many you expect it to mean. The answer says for each job what happened, and why not. A filter that means more jobs than one request does is done by several: next_cursor goes on.
         *
         *     Needs the scope `write`.
         */
        post: operations["duplicate_jobs"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/jobs/bulk/delete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Delete many jobs
         * @description Those that have ended, with their attempts. Names the jobs by their ids, or by the filter of the list and how many you expect it to mean. The answer says for each job what happened, and why not. A filter that means more jobs than one request does is done by several: next_cursor goes on.
         *
         *     Needs the scope `admin`.
         */
        post: operations["delete_jobs"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/jobs/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export jobs
         * @description As CSV or NDJSON, as many as there are: written while they are read.
         *
         *     Needs the scope `read`.
         */
        get: operations["export_jobs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/failures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List failures by their error
         * @description Jobs that failed for good, grouped by type and by the words of their error. Costs about the same for a thousand of them and for a million.
         *
         *     Needs the scope `read`.
         */
        get: operations["list_failures"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/templates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List templates
         * @description All of them, by name.
         *
         *     Needs the scope `read`.
         */
        get: operations["list_templates"];
        put?: never;
        /**
         * Create a template
         * @description A job that is written once and used often. Strings of its payload may hold Liquid; what is wrong with it is told now.
         *
         *     Needs the scope `admin`.
         */
        post: operations["create_template"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/templates/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a template
         * @description With the names of its variables.
         *
         *     Needs the scope `read`.
         */
        get: operations["get_template"];
        /**
         * Replace a template
         * @description The whole of it: what is left out gets its default.
         *
         *     Needs the scope `admin`.
         */
        put: operations["replace_template"];
        post?: never;
        /**
         * Delete a template
         * @description Jobs that were made of it stay.
         *
         *     Needs the scope `admin`.
         */
        delete: operations["delete_template"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/templates/{id}/use": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Use a template
         * @description Creates a job from it, with a time and values for its variables. 200 instead of 201: an earlier request with the same Idempotency-Key has made the job.
         *
         *     Needs the scope `write`.
         */
        post: operations["use_template"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/queues": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List queues
         * @description What waits, what is late, what runs, and whether they are paused.
         *
         *     Needs the scope `read`.
         */
        get: operations["list_queues"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/queues/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a queue
         * @description What waits in it, what is late, what runs, and whether it is paused.
         *
         *     Needs the scope `read`.
         */
        get: operations["get_queue"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/queues/{name}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Pause a queue
         * @description Once this is answered nothing of it starts; running jobs go on.
         *
         *     Needs the scope `admin`.
         */
        post: operations["pause_queue"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/queues/{name}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resume a queue
         * @description What waits in it may start again. Harmless when it is not paused.
         *
         *     Needs the scope `admin`.
         */
        post: operations["resume_queue"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List workers
         * @description With their last beat, slots, types and queues.
         *
         *     Needs the scope `read`.
         */
        get: operations["list_workers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/stats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read statistics
         * @description Counts, outcomes, latency percentiles, a series, and the living workers.
         *
         *     Needs the scope `read`.
         */
        get: operations["get_stats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Watch what changes
         * @description Server-sent events: `jobs` names jobs that have changed, at most twice a second; `health` says how Duly is when that changes, and once at the beginning; `reset` says that events were missed: read everything again. Comes back where it was with `Last-Event-ID`.
         *
         *     Needs the scope `read`.
         */
        get: operations["watch"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/system": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read how Duly is
         * @description Versions, the health of both stores and whether they agree, mail, and with the scope admin the configuration, without its secrets.
         *
         *     Needs the scope `read`.
         */
        get: operations["get_system"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sync": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make Redis agree with the database
         * @description As `npm run sync` does: adds what is missing. The workers do so by themselves; this is for the impatient, and with `dry_run` for proof. Safe at any time. Answers when it is done, which takes a second for some ten thousand jobs. One runs at a time, and others wait for it.
         *
         *     Needs the scope `admin`.
         */
        post: operations["sync"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/jobs/{id}/output": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a job's output
         * @description The picture, PDF, text or other file that a completed job has written, as it is now; a mail as JSON. Types are told by content: pictures, PDFs and texts can be shown, everything else is a download. Nothing in it can run.
         *
         *     Needs the scope `read`.
         */
        get: operations["get_output"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who am I?
         * @description Whose key or session the request carries, and what that may do. Asks for none.
         */
        get: operations["get_session"];
        put?: never;
        /**
         * Log in
         * @description Exchanges a key for a cookie (HttpOnly, SameSite=Strict), which then stands for the key. Where there are no keys nothing is asked for.
         */
        post: operations["log_in"];
        /**
         * Log out
         * @description Ends the session of the request, if it has one.
         */
        delete: operations["log_out"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        ActionAnswer: {
            /** @description Nothing was done */
            dry_run: boolean;
            /** @description Jobs that were meant */
            matched: number;
            /** @description Jobs for which it was done */
            changed: number;
            /** @description What happened to each job, and why not */
            results: components["schemas"]["ActionResult"][];
            /** @description The filter means further jobs: send the same request with it as cursor. null: these were all */
            next_cursor: string | null;
        };
        ActionResult: {
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            outcome: "cancelled" | "cancel_requested" | "retried" | "updated" | "duplicated" | "deleted" | "refused";
            code?: components["schemas"]["ErrorCode"];
            /** @description Why it was refused, in a sentence */
            detail?: string;
            /**
             * Format: uuid
             * @description Of the duplicate
             */
            new_id?: string;
        };
        Agreement: {
            /** @description Pending jobs that Redis does not know */
            missing: number;
            /** @description Places in Redis whose jobs are not pending */
            ghost: number;
            /** @description Jobs that Redis has later than they are due */
            late: number;
            /** @description Jobs that were compared */
            compared: number;
            /** @description All were; else those that are due next, 1,000 of each of 20 queues */
            complete: boolean;
            /** @description Queues whose timeline is being filled: their jobs are claimed from the store meanwhile */
            lost_queues: number;
        };
        Alive: {
            /** @constant */
            status: "ok";
        };
        /** @description How long to wait before another attempt; 10 % more or less at random */
        Backoff: {
            /**
             * @description exponential doubles the wait with each attempt, linear adds delay_ms each time, fixed always waits delay_ms
             * @default exponential
             * @enum {string}
             */
            type: "exponential" | "linear" | "fixed";
            /**
             * @description The wait after the first attempt
             * @default 2000
             */
            delay_ms: number;
            /**
             * @description The longest wait
             * @default 3600000
             */
            max_ms: number;
        };
        CancelledJob: {
            /**
             * Format: uuid
             * @description UUIDv7: sorts by time of creation
             */
            id: string;
            queue: string;
            /** @description Names the handler */
            type: string;
            /** @description What the handler is given */
            payload: unknown;
            /** @description 0 (default) to 9 (first) */
            priority: number;
            status: components["schemas"]["JobStatus"];
            /**
             * Format: date-time
             * @description When the user asked for it to run
             */
            scheduled_at: string;
            /**
             * Format: date-time
             * @description When the next attempt is due; differs from scheduled_at after a retry or when that was in the past
             */
            run_at: string;
            /** @description Attempts started so far, since the last retry by an operator */
            attempt: number;
            /** @description Grows by one with every claim and every retry by an operator, and is never reset; a result with an old one is refused */
            fence: number;
            /** @description 3 means at most four attempts */
            max_retries: number;
            backoff: components["schemas"]["Backoff"] | null;
            /** @description Longest an attempt may run */
            timeout_ms: number | null;
            /**
             * Format: date-time
             * @description A job that has not started for the first time by then is cancelled
             */
            expires_at: string | null;
            /** @description Words to find it by */
            tags: string[];
            /** @description What its creator wants to remember; Duly does not read it */
            metadata: {
                [key: string]: unknown;
            };
            /** @description What the handler returned */
            result: unknown;
            /** @description Message of the newest attempt that did not succeed */
            last_error: string | null;
            /**
             * Format: uuid
             * @description The worker that runs it now
             */
            worker_id: string | null;
            /**
             * Format: date-time
             * @description When it was stored
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When the newest attempt was claimed
             */
            started_at: string | null;
            /**
             * Format: date-time
             * @description When it was completed, failed or cancelled
             */
            finished_at: string | null;
            /**
             * Format: date-time
             * @description When its running attempt was told to stop
             */
            cancel_requested_at: string | null;
            cancel_reason: ("requested" | "expired") | null;
            /**
             * @description cancel_requested: it is running and was told to stop; whatever would run it again cancels it
             * @enum {string}
             */
            outcome: "cancelled" | "cancel_requested";
        };
        Compared: {
            /** @constant */
            dry_run: true;
            /** @description Nothing differs */
            agree: boolean;
            queues: {
                queue: string;
                /** @description Jobs in the store that are to be in Redis */
                pending: number;
                /** @description Places there */
                in_redis: number;
                /** @description Pending jobs that Redis does not know */
                missing: number;
                /** @description Places in Redis whose jobs are not pending */
                ghost: number;
                /** @description Jobs that Redis has later than they are due */
                late: number;
                /**
                 * @description lost: nobody vouches for the timeline, and jobs are claimed from the store meanwhile
                 * @enum {string}
                 */
                verdict: "agrees" | "differs" | "lost";
            }[];
            /** @description Pending jobs that Redis does not know; at most 100 */
            missing: components["schemas"]["TimelineEntry"][];
            /** @description Places in Redis whose jobs are not pending; at most 100 */
            ghost: components["schemas"]["TimelineEntry"][];
            /** @description Jobs that Redis has later than they are due; at most 100 */
            late: components["schemas"]["TimelineEntry"][];
            /** @description How long it took */
            duration_ms: number;
        };
        CreatedJobs: {
            /** @description In the order of the request */
            data: components["schemas"]["Job"][];
        };
        /**
         * @description Stable: what a program may decide by
         * @enum {string}
         */
        ErrorCode: "invalid_request" | "malformed_request" | "malformed_json" | "body_too_large" | "headers_too_large" | "request_timeout" | "unauthenticated" | "forbidden" | "cross_site_request" | "misdirected_request" | "rate_limited" | "overloaded" | "too_many_streams" | "timeline_unavailable" | "output_not_found" | "unsupported_media_type" | "unknown_type" | "invalid_payload" | "route_not_found" | "method_not_allowed" | "job_not_found" | "job_not_cancellable" | "job_not_retryable" | "job_not_pending" | "job_not_deletable" | "fence_superseded" | "idempotency_key_reused" | "count_moved" | "too_many_jobs" | "template_not_found" | "template_name_taken" | "too_many_templates" | "invalid_template" | "missing_variable" | "render_failed" | "queue_not_found" | "invalid_cursor" | "not_storable" | "worker_dead" | "worker_silent" | "schema_outdated" | "store_refused" | "store_unavailable" | "internal_error";
        Explanation: {
            /**
             * Format: uuid
             * @description UUIDv7: sorts by time of creation
             */
            id: string;
            status: components["schemas"]["JobStatus"];
            /** @description Why it is not running; the first would have to change first */
            reasons: components["schemas"]["Reason"][];
            /**
             * Format: date-time
             * @description Not before then; null when it has started or ended, or when nobody can tell since something has to be done first
             */
            earliest_start_at: string | null;
            /** @description Jobs of its queue that are due and come first; counted up to 1,000 */
            ahead: number;
            /**
             * Format: date-time
             * @description The database's clock
             */
            now: string;
        };
        /** @description Means these jobs, in the list, in an export and in every action on many */
        FailureFilter: {
            status: "failed"[];
            type: string[];
            queue?: string[];
            error_group: string;
        };
        FailureGroup: {
            /** @description The job type */
            type: string;
            /** @description The beginning of the error, with * for ids, hexadecimal words and numbers */
            error: string | null;
            /** @description Stands for these words in a filter */
            error_group: string;
            /** @description The newest of these jobs */
            sample: {
                /** Format: uuid */
                job_id: string;
                /** @description Its error as it is, at most 2,000 characters */
                message: string | null;
            };
            /** @description Those that failed within the last hour, the last 24 hours, the last 7 days */
            counts: {
                hour: number;
                day: number;
                week: number;
            };
            /** @description All that there are */
            total: number;
            /**
             * Format: date-time
             * @description When the first of them failed
             */
            first_seen_at: string;
            /**
             * Format: date-time
             * @description When the last of them failed
             */
            last_seen_at: string;
            filter: components["schemas"]["FailureFilter"];
        };
        Failures: {
            /** @description Those that failed most within the last 24 hours first */
            data: components["schemas"]["FailureGroup"][];
            /** @description There are too many to read: those that failed long ago were counted by a sample */
            estimated: boolean;
            /**
             * Format: date-time
             * @description When this was counted: up to 2 s ago
             */
            as_of: string;
        };
        Fault: {
            /** @description JSON pointer into the body ('' is the whole of it), ?name for a query parameter, :name for a part of the path */
            pointer: string;
            /** @description What is wrong there, and what would be right */
            detail: string;
        };
        Health: {
            /**
             * @description degraded: Redis is down or takes no writes, jobs are stored and run all the same; unavailable: the store is down
             * @enum {string}
             */
            status: "ok" | "degraded" | "unavailable";
            checks: {
                store: components["schemas"]["HealthCheck"];
                redis: components["schemas"]["HealthCheck"];
            };
        };
        HealthCheck: {
            /** @enum {string} */
            status: "ok" | "down";
            /** @description How long the check took */
            latency_ms: number;
            /** @description What is wrong */
            detail?: string;
        };
        Job: {
            /**
             * Format: uuid
             * @description UUIDv7: sorts by time of creation
             */
            id: string;
            queue: string;
            /** @description Names the handler */
            type: string;
            /** @description What the handler is given */
            payload: unknown;
            /** @description 0 (default) to 9 (first) */
            priority: number;
            status: components["schemas"]["JobStatus"];
            /**
             * Format: date-time
             * @description When the user asked for it to run
             */
            scheduled_at: string;
            /**
             * Format: date-time
             * @description When the next attempt is due; differs from scheduled_at after a retry or when that was in the past
             */
            run_at: string;
            /** @description Attempts started so far, since the last retry by an operator */
            attempt: number;
            /** @description Grows by one with every claim and every retry by an operator, and is never reset; a result with an old one is refused */
            fence: number;
            /** @description 3 means at most four attempts */
            max_retries: number;
            backoff: components["schemas"]["Backoff"] | null;
            /** @description Longest an attempt may run */
            timeout_ms: number | null;
            /**
             * Format: date-time
             * @description A job that has not started for the first time by then is cancelled
             */
            expires_at: string | null;
            /** @description Words to find it by */
            tags: string[];
            /** @description What its creator wants to remember; Duly does not read it */
            metadata: {
                [key: string]: unknown;
            };
            /** @description What the handler returned */
            result: unknown;
            /** @description Message of the newest attempt that did not succeed */
            last_error: string | null;
            /**
             * Format: uuid
             * @description The worker that runs it now
             */
            worker_id: string | null;
            /**
             * Format: date-time
             * @description When it was stored
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When the newest attempt was claimed
             */
            started_at: string | null;
            /**
             * Format: date-time
             * @description When it was completed, failed or cancelled
             */
            finished_at: string | null;
            /**
             * Format: date-time
             * @description When its running attempt was told to stop
             */
            cancel_requested_at: string | null;
            cancel_reason: ("requested" | "expired") | null;
        };
        JobAttempt: {
            fence: number;
            attempt: number;
            /**
             * @description How it ended: to be tried again, for good, with its worker, or since somebody cancelled it
             * @enum {string}
             */
            outcome: "retry" | "failed" | "rescued" | "cancelled";
            /** @description What went wrong */
            error: {
                name: string;
                message: string;
                stack?: string;
            } | null;
            /** Format: uuid */
            worker_id: string;
            /**
             * Format: date-time
             * @description When it was claimed
             */
            started_at: string;
            /**
             * Format: date-time
             * @description When it ended
             */
            finished_at: string;
        };
        JobChanges: {
            /**
             * Format: date-time
             * @description when it is due: RFC 3339 with an offset; now if missing, null or in the past
             */
            scheduled_at?: string | null;
            /** @description instead of scheduled_at: in how long it is due, by the clock of the database: "1h30m", "250ms", or milliseconds */
            delay?: string | number | null;
            /** @description the whole of it */
            payload?: unknown;
            /** @description 9 runs first */
            priority?: number;
            /** @description 3 means at most four attempts */
            max_retries?: number;
            /** @description how long to wait before another attempt; what is missing gets its default */
            backoff?: {
                /**
                 * @description exponential doubles the wait with each attempt, linear adds delay_ms each time, fixed always waits delay_ms
                 * @default exponential
                 * @enum {string}
                 */
                type?: "exponential" | "linear" | "fixed";
                /**
                 * @description The wait after the first attempt
                 * @default 2000
                 */
                delay_ms?: number;
                /**
                 * @description The longest wait
                 * @default 3600000
                 */
                max_ms?: number;
            } | null;
            /** @description longest an attempt may run; the handler says if missing or null */
            timeout_ms?: number | null;
            /**
             * Format: date-time
             * @description a job that has not started for the first time by then is cancelled
             */
            expires_at?: string | null;
            /** @description words to find it by */
            tags?: string[];
            /** @description what you want to remember about it, up to 16 KiB of JSON; Duly does not read it */
            metadata?: {
                [key: string]: unknown;
            };
        };
        /** @description or those that GET /jobs lists with the same words */
        JobFilter: {
            /** @description ids; several are separated by commas or repeated */
            id?: string[];
            /** @description statuses; picked and running are other words for in_progress; several are separated by commas or repeated */
            status?: ("pending" | "in_progress" | "completed" | "failed" | "cancelled" | "picked" | "running")[];
            /** @description job types; several are separated by commas or repeated */
            type?: string[];
            /** @description queues; several are separated by commas or repeated */
            queue?: string[];
            /** @description tags, all of which a job must have; several are separated by commas or repeated */
            tag?: string[];
            /** @description text in the last error */
            error?: string;
            /** @description as GET /failures names it: errors of the same words */
            error_group?: string;
            /** @description text in type, tags, last error or payload, or the beginning of an id (8 digits or more); looks at the last 24 hours unless from says otherwise */
            search?: string;
            /**
             * Format: date-time
             * @description RFC 3339 with an offset: bounds the time that is sorted by; included
             */
            from?: string;
            /**
             * Format: date-time
             * @description the same; not included
             */
            to?: string;
        };
        JobPage: {
            /** @description In the order that was asked for */
            data: components["schemas"]["Job"][];
            /** @description Pass it as cursor for the page that follows; null on the last one */
            next_cursor: string | null;
            /**
             * Format: date-time
             * @description Set when it was not looked to the end, but to jobs of this time: a search looks for a second, then next_cursor goes on, and at the last 24 hours unless from says otherwise
             */
            scanned_until: string | null;
            /** @description Jobs that the filter means, if asked for */
            count?: number;
            /** @description Whether count is an estimate */
            count_estimated?: boolean;
        };
        JobSelection: {
            /** @description the jobs */
            ids?: string[];
            filter?: components["schemas"]["JobFilter"];
            /** @description with filter: how many jobs you saw; 409 when it means more than a tenth more or fewer by now */
            expected_count?: number;
            /** @description with filter: most jobs of this request, 100,000 if not given; next_cursor goes on */
            limit?: number;
            /** @description next_cursor of the answer before: the same request goes on with the others */
            cursor?: string;
            /**
             * @description say what would be done
             * @default false
             */
            dry_run?: boolean;
        };
        /** @enum {string} */
        JobStatus: "pending" | "in_progress" | "completed" | "failed" | "cancelled";
        JobWithAttempts: {
            /**
             * Format: uuid
             * @description UUIDv7: sorts by time of creation
             */
            id: string;
            queue: string;
            /** @description Names the handler */
            type: string;
            /** @description What the handler is given */
            payload: unknown;
            /** @description 0 (default) to 9 (first) */
            priority: number;
            status: components["schemas"]["JobStatus"];
            /**
             * Format: date-time
             * @description When the user asked for it to run
             */
            scheduled_at: string;
            /**
             * Format: date-time
             * @description When the next attempt is due; differs from scheduled_at after a retry or when that was in the past
             */
            run_at: string;
            /** @description Attempts started so far, since the last retry by an operator */
            attempt: number;
            /** @description Grows by one with every claim and every retry by an operator, and is never reset; a result with an old one is refused */
            fence: number;
            /** @description 3 means at most four attempts */
            max_retries: number;
            backoff: components["schemas"]["Backoff"] | null;
            /** @description Longest an attempt may run */
            timeout_ms: number | null;
            /**
             * Format: date-time
             * @description A job that has not started for the first time by then is cancelled
             */
            expires_at: string | null;
            /** @description Words to find it by */
            tags: string[];
            /** @description What its creator wants to remember; Duly does not read it */
            metadata: {
                [key: string]: unknown;
            };
            /** @description What the handler returned */
            result: unknown;
            /** @description Message of the newest attempt that did not succeed */
            last_error: string | null;
            /**
             * Format: uuid
             * @description The worker that runs it now
             */
            worker_id: string | null;
            /**
             * Format: date-time
             * @description When it was stored
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When the newest attempt was claimed
             */
            started_at: string | null;
            /**
             * Format: date-time
             * @description When it was completed, failed or cancelled
             */
            finished_at: string | null;
            /**
             * Format: date-time
             * @description When its running attempt was told to stop
             */
            cancel_requested_at: string | null;
            cancel_reason: ("requested" | "expired") | null;
            /** @description Attempts that did not succeed, newest first, at most 100 */
            attempts: components["schemas"]["JobAttempt"][];
        };
        Login: {
            /** @description an API key */
            key: string;
        };
        /** @description A mail, by the job that sent it */
        Mail: {
            message_id: string;
            /** @description Sender */
            from: string;
            /** @description Who got it */
            to: string[];
            /** @description Who got a copy */
            cc: string[];
            /** @description Who got a copy that the others did not see */
            bcc: string[];
            subject: string;
            /** @description The text, if it has one */
            text: string | null;
            /** @description It has HTML: `?part=html`, for a sandboxed frame */
            has_html: boolean;
            attachments: {
                /** @description In FILES_ROOT */
                path: string;
                filename: string;
            }[];
            /** @description It was kept as a file and not sent: `?part=source` is the whole of it */
            kept: boolean;
        };
        ManyChanges: {
            /** @description the jobs */
            ids?: string[];
            filter?: components["schemas"]["JobFilter"];
            /** @description with filter: how many jobs you saw; 409 when it means more than a tenth more or fewer by now */
            expected_count?: number;
            /** @description with filter: most jobs of this request, 100,000 if not given; next_cursor goes on */
            limit?: number;
            /** @description next_cursor of the answer before: the same request goes on with the others */
            cursor?: string;
            /**
             * @description say what would be done
             * @default false
             */
            dry_run?: boolean;
            changes: components["schemas"]["JobChanges"];
        };
        ManyDuplicates: {
            /** @description the jobs */
            ids?: string[];
            filter?: components["schemas"]["JobFilter"];
            /** @description with filter: how many jobs you saw; 409 when it means more than a tenth more or fewer by now */
            expected_count?: number;
            /** @description with filter: most jobs of this request, 100,000 if not given; next_cursor goes on */
            limit?: number;
            /** @description next_cursor of the answer before: the same request goes on with the others */
            cursor?: string;
            /**
             * @description say what would be done
             * @default false
             */
            dry_run?: boolean;
            /**
             * Format: date-time
             * @description when it is due: RFC 3339 with an offset; now if missing, null or in the past
             */
            scheduled_at?: string | null;
            /** @description instead of scheduled_at: in how long it is due, by the clock of the database: "1h30m", "250ms", or milliseconds */
            delay?: string | number | null;
        };
        NewJob: {
            /** @description names the handler that runs it */
            type: string;
            /**
             * @description what the handler is given; each type has a schema of its own
             * @default {}
             */
            payload?: unknown;
            /**
             * Format: date-time
             * @description when it is due: RFC 3339 with an offset; now if missing, null or in the past
             */
            scheduled_at?: string | null;
            /** @description instead of scheduled_at: in how long it is due, by the clock of the database: "1h30m", "250ms", or milliseconds */
            delay?: string | number | null;
            /**
             * @description where it waits
             * @default default
             */
            queue?: string;
            /**
             * @description 9 runs first
             * @default 0
             */
            priority?: number;
            /**
             * @description 3 means at most four attempts
             * @default 3
             */
            max_retries?: number;
            /** @description how long to wait before another attempt; what is missing gets its default */
            backoff?: {
                /**
                 * @description exponential doubles the wait with each attempt, linear adds delay_ms each time, fixed always waits delay_ms
                 * @default exponential
                 * @enum {string}
                 */
                type?: "exponential" | "linear" | "fixed";
                /**
                 * @description The wait after the first attempt
                 * @default 2000
                 */
                delay_ms?: number;
                /**
                 * @description The longest wait
                 * @default 3600000
                 */
                max_ms?: number;
            } | null;
            /** @description longest an attempt may run; the handler says if missing or null */
            timeout_ms?: number | null;
            /**
             * Format: date-time
             * @description a job that has not started for the first time by then is cancelled
             */
            expires_at?: string | null;
            /** @description words to find it by */
            tags?: string[];
            /** @description what you want to remember about it, up to 16 KiB of JSON; Duly does not read it */
            metadata?: {
                [key: string]: unknown;
            };
        };
        NewJobs: {
            /** @description all of them are stored, or none */
            jobs: components["schemas"]["NewJob"][];
        };
        NewTemplate: {
            /** @description What people call it; no other template has it */
            name: string;
            /**
             * @description For people
             * @default
             */
            description?: string;
            body: components["schemas"]["TemplateBody"];
        };
        OpenApi: {
            openapi: string;
            info: Record<string, never>;
            paths: Record<string, never>;
        };
        /** @description RFC 9457 */
        Problem: {
            /** @description URN of the code */
            type: string;
            /** @description What it is, the same for each occurrence */
            title: string;
            /** @description The HTTP status */
            status: number;
            /** @description What happened this time, and what to do */
            detail: string;
            code: components["schemas"]["ErrorCode"];
            /** @description Every fault at once */
            errors?: components["schemas"]["Fault"][];
            /** @description As in the header X-Request-Id and in the log */
            request_id?: string;
        };
        Queue: {
            name: string;
            /** @description Nothing of it starts; what runs goes on */
            paused: boolean;
            /**
             * Format: date-time
             * @description When it was first used
             */
            created_at: string;
            /** @description Jobs that wait, for their time or for a slot */
            pending: number;
            /** @description Those of them that are due */
            overdue: number;
            /** @description Jobs that run */
            in_progress: number;
            /** @description Counting stops at 10,000 (with more than two queues earlier): of these numbers there are more */
            at_least: ("pending" | "overdue" | "in_progress")[];
            /** @description For how long the oldest overdue job has been due */
            oldest_overdue_ms: number | null;
            /**
             * Format: date-time
             * @description When the next job that is not due yet will be
             */
            next_due_at: string | null;
        };
        QueueList: {
            /** @description By name, at most a thousand */
            data: components["schemas"]["Queue"][];
        };
        Reason: {
            /**
             * @description Stable
             * @enum {string}
             */
            code: "scheduled" | "retry_wait" | "queue_paused" | "no_worker" | "no_worker_for_type" | "no_worker_for_queue" | "waiting_for_slot" | "due" | "running" | "cancelling" | "completed" | "failed" | "cancelled" | "expired";
            /** @description In words, and what to do about it */
            detail: string;
        };
        Retry: {
            /** @description the fence of the job as you saw it: if it has moved on since, nothing is done */
            fence?: number;
        };
        Session: {
            /** @description Whether a key or a session says who calls */
            authenticated: boolean;
            /** @description Of the key; anonymous without one */
            name: string;
            /** @description What the caller may do: each scope includes those before it */
            scopes: ("read" | "write" | "admin")[];
            /** @description There are no keys: everybody on this machine may do everything */
            open: boolean;
            /**
             * Format: date-time
             * @description When the session ends, if it is one; asking renews one whose half is over
             */
            expires_at: string | null;
        };
        Stats: {
            /** @description All jobs as they are now, whatever the filter */
            counts: {
                /** @description Jobs that there are */
                total: number;
                by_status: {
                    pending: number;
                    in_progress: number;
                    completed: number;
                    failed: number;
                    cancelled: number;
                };
                /** @description Most first */
                by_type: {
                    type: string;
                    count: number;
                }[];
                /** @description Most first */
                by_queue: {
                    queue: string;
                    count: number;
                }[];
                /** @description Above 20,000 jobs numbers are estimates from a sample; small ones are exact all the same, except by type */
                estimated: boolean;
                /**
                 * Format: date-time
                 * @description When this was counted: up to 2 s ago
                 */
                as_of: string;
            };
            /** @description What the rest is about: attempts that ended in it */
            range: {
                /** Format: date-time */
                from: string;
                /** Format: date-time */
                to: string;
                /**
                 * @description Of what was counted
                 * @enum {string}
                 */
                resolution: "minute" | "hour" | "day";
                /** @description Length of a point */
                step_ms: number;
            };
            /** @description Attempts that completed their job */
            completed: number;
            /** @description Attempts that failed and are tried again */
            retried: number;
            /** @description Attempts that failed their job for good */
            failed: number;
            /** @description Attempts that asked to be run again later */
            snoozed: number;
            /** @description Attempts whose worker was lost */
            rescued: number;
            /** @description Attempts that were cancelled while they ran */
            cancelled: number;
            /** @description failed of completed and failed, 0 to 1; null when there are none */
            failure_rate: number | null;
            latency: {
                /** @description From the time that was asked for (or the creation, if that was later) to the start; in ms, percentiles within 9.1 %, null when nothing ran */
                wait_ms: {
                    average: number;
                    p50: number;
                    p95: number;
                    p99: number;
                } | null;
                /** @description From the time that the attempt was due to its start; in ms, percentiles within 9.1 %, null when nothing ran */
                lateness_ms: {
                    average: number;
                    p50: number;
                    p95: number;
                    p99: number;
                } | null;
                /** @description How long the handler took; in ms, percentiles within 9.1 %, null when nothing ran */
                run_ms: {
                    average: number;
                    p50: number;
                    p95: number;
                    p99: number;
                } | null;
            };
            /** @description A point for every step of the range, earliest first; the last one may still be under way */
            series: {
                /** Format: date-time */
                period_start: string;
                /** @description Attempts that completed their job */
                completed: number;
                /** @description Attempts that failed and are tried again */
                retried: number;
                /** @description Attempts that failed their job for good */
                failed: number;
                /** @description Attempts that asked to be run again later */
                snoozed: number;
                /** @description Attempts whose worker was lost */
                rescued: number;
                /** @description Attempts that were cancelled while they ran */
                cancelled: number;
                /** @description From the time that was asked for (or the creation, if that was later) to the start; in ms, percentiles within 9.1 %, null when nothing ran */
                wait_ms: {
                    average: number;
                    p50: number;
                    p95: number;
                    p99: number;
                } | null;
                /** @description From the time that the attempt was due to its start; in ms, percentiles within 9.1 %, null when nothing ran */
                lateness_ms: {
                    average: number;
                    p50: number;
                    p95: number;
                    p99: number;
                } | null;
                /** @description How long the handler took; in ms, percentiles within 9.1 %, null when nothing ran */
                run_ms: {
                    average: number;
                    p50: number;
                    p95: number;
                    p99: number;
                } | null;
            }[];
            /** @description Living workers, newest first, at most 100 */
            workers: components["schemas"]["Worker"][];
        };
        Sync: {
            /**
             * @description compare, say what differs, and change nothing
             * @default false
             */
            dry_run?: boolean;
            /**
             * @description only this queue
             * @example default
             */
            queue?: string;
        };
        SyncAnswer: components["schemas"]["Synced"] | components["schemas"]["Compared"];
        Synced: {
            /** @constant */
            dry_run: false;
            /** @description Jobs that are in Redis now */
            count: number;
            /** @description Those of them that Redis did not know, or had too late */
            added: number;
            queues: {
                queue: string;
                count: number;
                added: number;
            }[];
            /** @description How long it took */
            duration_ms: number;
        };
        System: {
            /** @description Of Duly */
            version: string;
            node: string;
            /** @description Of this API process */
            pid: number;
            /** @description That it takes */
            memory_mb: number;
            /**
             * Format: date-time
             * @description When it began
             */
            started_at: string;
            /**
             * Format: date-time
             * @description By its clock
             */
            now: string;
            store: components["schemas"]["SystemStore"];
            redis: components["schemas"]["SystemRedis"];
            /** @description Whether Redis and the store agree, up to 10 s old; null while one of them is down */
            agreement: components["schemas"]["Agreement"] | null;
            mail: components["schemas"]["SystemMail"];
            /** @description Of this process; null unless the scope is admin */
            configuration: components["schemas"]["Variable"][] | null;
        };
        SystemMail: {
            /**
             * @description files: each mail is kept in DATA_DIR/outbox
             * @enum {string}
             */
            mode: "smtp" | "files";
            /** @description Address of the mail server, without credentials */
            server: string | null;
            /** @description Sender of every mail */
            from: string;
            /** @description Null with a mail server */
            kept: {
                /** @description Mails kept here, at most 10,000 are counted */
                count: number;
                /**
                 * Format: date-time
                 * @description When the newest was kept
                 */
                newest_at: string | null;
            } | null;
        };
        SystemRedis: {
            /** @enum {string} */
            status: "ok" | "down";
            /** @description How long the check took */
            latency_ms: number;
            /** @description What is wrong */
            detail?: string;
            /** @description What answers, and its version */
            version: string | null;
        };
        SystemStore: {
            /** @enum {string} */
            status: "ok" | "down";
            /** @description How long the check took */
            latency_ms: number;
            /** @description What is wrong */
            detail?: string;
            /**
             * @description A direct connection, or supabase-js
             * @enum {string}
             */
            transport: "postgres" | "supabase";
            /** @description Of Postgres */
            version: string | null;
            /** @description The newest migration that it has */
            schema_version: string | null;
            /** @description Its clock minus this process's; the store's decides */
            clock_offset_ms: number | null;
        };
        Template: {
            /**
             * Format: uuid
             * @description UUIDv7: sorts by time of creation
             */
            id: string;
            /** @description No other template has it */
            name: string;
            /** @description For people; empty when there is none */
            description: string;
            body: components["schemas"]["TemplateBody"];
            /** @description What the Liquid of the payload uses, such as customer.name */
            variables: string[];
            /**
             * Format: date-time
             * @description When it was stored
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When it was last changed
             */
            updated_at: string;
        };
        /** @description The fields of a job without its times; strings of the payload may hold Liquid */
        TemplateBody: {
            /** @description names the handler that runs it */
            type: string;
            /** @description what the handler is given; each type has a schema of its own */
            payload?: unknown;
            /** @description where it waits */
            queue?: string;
            /** @description 9 runs first */
            priority?: number;
            /** @description 3 means at most four attempts */
            max_retries?: number;
            /** @description how long to wait before another attempt; what is missing gets its default */
            backoff?: {
                /**
                 * @description exponential doubles the wait with each attempt, linear adds delay_ms each time, fixed always waits delay_ms
                 * @enum {string}
                 */
                type?: "exponential" | "linear" | "fixed";
                /** @description The wait after the first attempt */
                delay_ms?: number;
                /** @description The longest wait */
                max_ms?: number;
            } | null;
            /** @description longest an attempt may run; the handler says if missing or null */
            timeout_ms?: number | null;
            /** @description words to find it by */
            tags?: string[];
            /** @description what you want to remember about it, up to 16 KiB of JSON; Duly does not read it */
            metadata?: {
                [key: string]: unknown;
            };
        };
        TemplateList: {
            /** @description All of them, by name */
            data: components["schemas"]["Template"][];
        };
        TimelineEntry: {
            id: string;
            queue: string;
            priority: number;
            /** @description ms since 1970 */
            run_at_ms: number;
        };
        /** @description When the job runs, the variables, and fields in place of those of the template */
        UseTemplate: {
            /**
             * Format: date-time
             * @description when it is due: RFC 3339 with an offset; now if missing, null or in the past
             */
            scheduled_at?: string | null;
            /** @description instead of scheduled_at: in how long it is due, by the clock of the database: "1h30m", "250ms", or milliseconds */
            delay?: string | number | null;
            /** @description where it waits */
            queue?: string;
            /** @description 9 runs first */
            priority?: number;
            /** @description 3 means at most four attempts */
            max_retries?: number;
            /** @description how long to wait before another attempt; what is missing gets its default */
            backoff?: {
                /**
                 * @description exponential doubles the wait with each attempt, linear adds delay_ms each time, fixed always waits delay_ms
                 * @enum {string}
                 */
                type?: "exponential" | "linear" | "fixed";
                /** @description The wait after the first attempt */
                delay_ms?: number;
                /** @description The longest wait */
                max_ms?: number;
            } | null;
            /** @description longest an attempt may run; the handler says if missing or null */
            timeout_ms?: number | null;
            /**
             * Format: date-time
             * @description a job that has not started for the first time by then is cancelled
             */
            expires_at?: string | null;
            /** @description words to find it by */
            tags?: string[];
            /** @description what you want to remember about it, up to 16 KiB of JSON; Duly does not read it */
            metadata?: {
                [key: string]: unknown;
            };
            /** @description Values for the Liquid of the payload, by name; one that the template does not use is refused */
            variables?: {
                [key: string]: unknown;
            };
        };
        Variable: {
            /** @description The variable */
            name: string;
            /** @description Null when it is not set; *** stands for what is secret */
            value: string | number | boolean | null;
            is_default: boolean;
        };
        When: {
            /**
             * Format: date-time
             * @description when it is due: RFC 3339 with an offset; now if missing, null or in the past
             */
            scheduled_at?: string | null;
            /** @description instead of scheduled_at: in how long it is due, by the clock of the database: "1h30m", "250ms", or milliseconds */
            delay?: string | number | null;
        };
        Worker: {
            /**
             * Format: uuid
             * @description New at each start
             */
            id: string;
            host: string;
            pid: number;
            /**
             * @description alive; silent: past its lease, its jobs are about to be rescued; stopped: ended by itself; lost: died or froze, its jobs were given to others
             * @enum {string}
             */
            status: "alive" | "silent" | "stopped" | "lost";
            /** @description Slots: how many jobs it runs at once */
            concurrency: number;
            /** @description Jobs that it holds; may be more than its slots, since fast jobs are claimed a moment ahead */
            running: number;
            /** @description Job types that it has handlers for */
            types: string[];
            /** @description Queues that it serves; empty means all */
            queues: string[];
            /** @description Silent for longer than this, it is taken for dead */
            lease_ms: number;
            /**
             * Format: date-time
             * @description When it registered
             */
            started_at: string;
            /**
             * Format: date-time
             * @description When it was last heard of; it beats five times in its lease
             */
            last_beat_at: string;
            /**
             * Format: date-time
             * @description When it stopped, or was found dead
             */
            ended_at: string | null;
            end_reason: ("stopped" | "silent" | "declared_dead") | null;
            /** @description What its sweep did, since its process began; the duties of a sweep go to one worker at a time */
            swept: {
                /** @description Overdue jobs added to Redis once more */
                put_back: number;
                /** @description Timelines filled after Redis had lost them */
                rebuilt: number;
                /** @description Moves of the part of the future that is in Redis */
                window_moves: number;
                /** @description Jobs taken from workers that died */
                rescued: number;
                /** @description Jobs cancelled that had not started by their expires_at */
                expired: number;
                /** @description Jobs removed, since they ended long enough ago */
                removed: number;
                /** @description Jobs of which Redis and the database were compared */
                audited: number;
                /** @description Jobs that Redis had lost, and that were added */
                missing: number;
                /** @description Places in Redis whose jobs are not pending, and that were removed */
                ghost: number;
                /** @description Jobs that Redis had later than they are due, and that were added */
                late: number;
                /** @description Jobs added to Redis for SQL, or for an API that did not reach it */
                outbox: number;
            };
        };
        WorkerList: {
            /** @description Newest first */
            data: components["schemas"]["Worker"][];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: {
        /**
         * @description Path of what was created
         * @example /jobs/01a1f84a-95c0-7c1a-9f3e-5d2b7a604c18
         */
        Location: string;
        /**
         * @description Seconds after which another try makes sense
         * @example 1
         */
        "Retry-After": number;
        /**
         * @description How to send a key
         * @example Bearer realm="duly"
         */
        "WWW-Authenticate": string;
        /**
         * @description Of this request: its own if it brought one, else a new one; also in the log
         * @example 5af55cc5-370b-4b20-bc52-34599f0ba3ea
         */
        "X-Request-Id": string;
        /**
         * @description `true` when an earlier request with this Idempotency-Key made the job
         * @example true
         */
        "Idempotent-Replayed": "true";
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    get_openapi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenApi"];
                };
            };
        };
    };
    livez: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Alive"];
                };
            };
        };
    };
    readyz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
    healthz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
    list_jobs: {
        parameters: {
            query?: {
                /** @description ids; several are separated by commas or repeated */
                id?: string[];
                /** @description statuses; picked and running are other words for in_progress; several are separated by commas or repeated */
                status?: ("pending" | "in_progress" | "completed" | "failed" | "cancelled" | "picked" | "running")[];
                /** @description job types; several are separated by commas or repeated */
                type?: string[];
                /** @description queues; several are separated by commas or repeated */
                queue?: string[];
                /** @description tags, all of which a job must have; several are separated by commas or repeated */
                tag?: string[];
                /** @description text in the last error */
                error?: string;
                /** @description as GET /failures names it: errors of the same words */
                error_group?: string;
                /** @description text in type, tags, last error or payload, or the beginning of an id (8 digits or more); looks at the last 24 hours unless from says otherwise */
                search?: string;
                /** @description RFC 3339 with an offset: bounds the time that is sorted by; included */
                from?: string;
                /** @description the same; not included */
                to?: string;
                /** @description by created_at, by run_at (scheduled), or by finished_at (only jobs that have ended have it) */
                sort?: "created" | "scheduled" | "finished";
                /** @description asc: earliest first */
                order?: "asc" | "desc";
                /** @description Jobs in the answer */
                limit?: number;
                /** @description next_cursor of the page before, with the same filter and sort */
                cursor?: string;
                /** @description a numbered page instead of a cursor, for small sets */
                page?: number;
                /** @description also say how many jobs the filter means */
                count?: "estimate" | "exact";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobPage"];
                };
            };
            /** @description `unauthenticated`: This takes an API key */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The scope of this API key is too small */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `misdirected_request`: This server does not answer to this name */
            421: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `invalid_request`: The request does not fit its description
             *
             *     `invalid_cursor`: The cursor is not one that a list returned
             */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error`: Something unexpected went wrong */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `overloaded`: The server has more to do than it can
             *
             *     `too_many_streams`: As many streams of events are open as may be
             *
             *     `timeline_unavailable`: Redis does not answer
             *
             *     `schema_outdated`: The database schema does not fit this version of Duly
             *
             *     `store_refused`: The store refuses this key
             *
             *     `store_unavailable`: The store does not answer
             */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_job: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 visible ASCII characters: a second request with the same key makes nothing, and is answered with what the first has made */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewJob"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    Location: components["headers"]["Location"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description Created */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description `malformed_json`: The body is not JSON */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: This takes an API key */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The scope of this API key is too small
             *
             *     `cross_site_request`: Pages of this origin may not change anything here
             */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `job_not_found`: No job has this id */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large`: The body is larger than this server accepts */
            413: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body must be application/json */
            415: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `misdirected_request`: This server does not answer to this name */
            421: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `invalid_request`: The request does not fit its description
             *
             *     `unknown_type`: No handler is known for this job type
             *
             *     `invalid_payload`: The payload does not fit its job type
             *
             *     `idempotency_key_reused`: This Idempotency-Key was sent with another request
             *
             *     `not_storable`: The database cannot store this value
             */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error`: Something unexpected went wrong */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `overloaded`: The server has more to do than it can
             *
             *     `too_many_streams`: As many streams of events are open as may be
             *
             *     `timeline_unavailable`: Redis does not answer
             *
             *     `schema_outdated`: The database schema does not fit this version of Duly
             *
             *     `store_refused`: The store refuses this key
             *
             *     `store_unavailable`: The store does not answer
             */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_jobs: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 visible ASCII characters: a second request with the same key makes nothing, and is answered with what the first has made */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewJobs"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedJobs"];
                };
            };
            /** @description Created */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedJobs"];
                };
            };
            /** @description `malformed_json`: The body is not JSON */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: This takes an API key */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The scope of this API key is too small
             *
             *     `cross_site_request`: Pages of this origin may not change anything here
             */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `job_not_found`: No job has this id */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large`: The body is larger than this server accepts */
            413: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body must be application/json */
            415: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `misdirected_request`: This server does not answer to this name */
            421: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `invalid_request`: The request does not fit its description
             *
             *     `unknown_type`: No handler is known for this job type
             *
             *     `invalid_payload`: The payload does not fit its job type
             *
             *     `idempotency_key_reused`: This Idempotency-Key was sent with another request
             *
             *     `not_storable`: The database cannot store this value
             */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error`: Something unexpected went wrong */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `overloaded`: The server has more to do than it can
             *
             *     `too_many_streams`: As many streams of events are open as may be
             *
             *     `timeline_unavailable`: Redis does not answer
             *
             *     `schema_outdated`: The database schema does not fit this version of Duly
             *
             *     `store_refused`: The store refuses this key
             *
             *     `store_unavailable`: The store does not answer
             */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_job: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of a job
                 * @example 01a1f84a-95c0-7c1a-9f3e-5d2b7a604c18
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobWithAttempts"];
                };
            };
            /** @description `unauthenticated`: This takes an API key */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The scope of this API key is too small */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `job_not_found`: No job has this id */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `misdirected_request`: This server does not answer to this name */
            421: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid_request`: The request does not fit its description */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error`: Something unexpected went wrong */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `overloaded`: The server has more to do than it can
             *
             *     `too_many_streams`: As many streams of events are open as may be
             *
             *     `timeline_unavailable`: Redis does not answer
             *
             *     `schema_outdated`: The database schema does not fit this version of Duly
             *
             *     `store_refused`: The store refuses this key
             *
             *     `store_unavailable`: The store does not answer
             */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_job: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of a job
                 * @example 01a1f84a-95c0-7c1a-9f3e-5d2b7a604c18
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `unauthenticated`: This takes an API key */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The scope of this API key is too small
             *
             *     `cross_site_request`: Pages of this origin may not change anything here
             */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `job_not_found`: No job has this id */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `job_not_deletable`: Only a job that has ended can be deleted */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `misdirected_request`: This server does not answer to this name */
            421: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid_request`: The request does not fit its description */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error`: Something unexpected went wrong */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `overloaded`: The server has more to do than it can
             *
             *     `too_many_streams`: As many streams of events are open as may be
             *
             *     `timeline_unavailable`: Redis does not answer
             *
             *     `schema_outdated`: The database schema does not fit this version of Duly
             *
             *     `store_refused`: The store refuses this key
             *
             *     `store_unavailable`: The store does not answer
             */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    update_job: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of a job
                 * @example 01a1f84a-95c0-7c1a-9f3e-5d2b7a604c18
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["JobChanges"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description `malformed_json`: The body is not JSON */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: This takes an API key */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The scope of this API key is too small
             *
             *     `cross_site_request`: Pages of this origin may not change anything here
             */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `job_not_found`: No job has this id */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `job_not_pending`: Only a pending job can be changed */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large`: The body is larger than this server accepts */
            413: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body must be application/json */
            415: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `misdirected_request`: This server does not answer to this name */
            421: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `invalid_request`: The request does not fit its description
             *
             *     `invalid_payload`: The payload does not fit its job type
             *
             *     `not_storable`: The database cannot store this value
             */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error`: Something unexpected went wrong */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `overloaded`: The server has more to do than it can
             *
             *     `too_many_streams`: As many streams of events are open as may be
             *
             *     `timeline_unavailable`: Redis does not answer
             *
             *     `schema_outdated`: The database schema does not fit this version of Duly
             *
             *     `store_refused`: The store refuses this key
             *
             *     `store_unavailable`: The store does not answer
             */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    explain_job: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of a job
                 * @example 01a1f84a-95c0-7c1a-9f3e-5d2b7a604c18
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Explanation"];
                };
            };
            /** @description `unauthenticated`: This takes an API key */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The scope of this API key is too small */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `job_not_found`: No job has this id */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `misdirected_request`: This server does not answer to this name */
            421: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid_request`: The request does not fit its description */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error`: Something unexpected went wrong */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `overloaded`: The server has more to do than it can
             *
             *     `too_many_streams`: As many streams of events are open as may be
             *
             *     `timeline_unavailable`: Redis does not answer
             *
             *     `schema_outdated`: The database schema does not fit this version of Duly
             *
             *     `store_refused`: The store refuses this key
             *
             *     `store_unavailable`: The store does not answer
             */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancel_job: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of a job
                 * @example 01a1f84a-95c0-7c1a-9f3e-5d2b7a604c18
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CancelledJob"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CancelledJob"];
                };
            };
            /** @description `unauthenticated`: This takes an API key */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The scope of this API key is too small
             *
             *     `cross_site_request`: Pages of this origin may not change anything here
             */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `job_not_found`: No job has this id */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `job_not_cancellable`: A job that has ended cannot be cancelled */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `misdirected_request`: This server does not answer to this name */
            421: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid_request`: The request does not fit its description */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error`: Something unexpected went wrong */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `overloaded`: The server has more to do than it can
             *
             *     `too_many_streams`: As many streams of events are open as may be
             *
             *     `timeline_unavailable`: Redis does not answer
             *
             *     `schema_outdated`: The database schema does not fit this version of Duly
             *
             *     `store_refused`: The store refuses this key
             *
             *     `store_unavailable`: The store does not answer
             */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancel_job_by_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of a job
                 * @example 01a1f84a-95c0-7c1a-9f3e-5d2b7a604c18
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CancelledJob"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CancelledJob"];
                };
            };
            /** @description `unauthenticated`: This takes an API key */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The scope of this API key is too small
             *
             *     `cross_site_request`: Pages of this origin may not change anything here
             */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `job_not_found`: No job has this id */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `job_not_cancellable`: A job that has ended cannot be cancelled */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `misdirected_request`: This server does not answer to this name */
            421: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid_request`: The request does not fit its description */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error`: Something unexpected went wrong */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `overloaded`: The server has more to do than it can
             *
             *     `too_many_streams`: As many streams of events are open as may be
             *
             *     `timeline_unavailable`: Redis does not answer
             *
             *     `schema_outdated`: The database schema does not fit this version of Duly
             *
             *     `store_refused`: The store refuses this key
             *
             *     `store_unavailable`: The store does not answer
             */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    retry_job: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of a job
                 * @example 01a1f84a-95c0-7c1a-9f3e-5d2b7a604c18
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Retry"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description `malformed_json`: The body is not JSON */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: This takes an API key */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The scope of this API key is too small
             *
             *     `cross_site_request`: Pages of this origin may not change anything here
             */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `job_not_found`: No job has this id */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `job_not_retryable`: Only a job that has ended can be retried
             *
             *     `fence_superseded`: The job has moved on since it was read
             */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large`: The body is larger than this server accepts */
            413: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body must be application/json */
            415: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `misdirected_request`: This server does not answer to this name */
            421: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid_request`: The request does not fit its description */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error`: Something unexpected went wrong */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `overloaded`: The server has more to do than it can
             *
             *     `too_many_streams`: As many streams of events are open as may be
             *
             *     `timeline_unavailable`: Redis does not answer
             *
             *     `schema_outdated`: The database schema does not fit this version of Duly
             *
             *     `store_refused`: The store refuses this key
             *
             *     `store_unavailable`: The store does not answer
             */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    run_job_now: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of a job
                 * @example 01a1f84a-95c0-7c1a-9f3e-5d2b7a604c18
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description `unauthenticated`: This takes an API key */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The scope of this API key is too small
             *
             *     `cross_site_request`: Pages of this origin may not change anything here
             */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `job_not_found`: No job has this id */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `job_not_pending`: Only a pending job can be changed */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `misdirected_request`: This server does not answer to this name */
            421: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid_request`: The request does not fit its description */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error`: Something unexpected went wrong */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `overloaded`: The server has more to do than it can
             *
             *     `too_many_streams`: As many streams of events are open as may be
             *
             *     `timeline_unavailable`: Redis does not answer
             *
             *     `schema_outdated`: The database schema does not fit this version of Duly
             *
             *     `store_refused`: The store refuses this key
             *
             *     `store_unavailable`: The store does not answer
             */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    duplicate_job: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 visible ASCII characters: a second request with the same key makes nothing, and is answered with what the first has made */
                "idempotency-key"?: string;
            };
            path: {
                /**
                 * @description The id of a job
                 * @example 01a1f84a-95c0-7c1a-9f3e-5d2b7a604c18
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["When"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    Location: components["headers"]["Location"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description Created */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description `malformed_json`: The body is not JSON */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: This takes an API key */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The scope of this API key is too small
             *
             *     `cross_site_request`: Pages of this origin may not change anything here
             */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `job_not_found`: No job has this id */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large`: The body is larger than this server accepts */
            413: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body must be application/json */
            415: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `misdirected_request`: This server does not answer to this name */
            421: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `invalid_request`: The request does not fit its description
             *
             *     `idempotency_key_reused`: This Idempotency-Key was sent with another request
             */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error`: Something unexpected went wrong */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `overloaded`: The server has more to do than it can
             *
             *     `too_many_streams`: As many streams of events are open as may be
             *
             *     `timeline_unavailable`: Redis does not answer
             *
             *     `schema_outdated`: The database schema does not fit this version of Duly
             *
             *     `store_refused`: The store refuses this key
             *
             *     `store_unavailable`: The store does not answer
             */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancel_jobs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["JobSelection"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActionAnswer"];
                };
            };
            /** @description `malformed_json`: The body is not JSON */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: This takes an API key */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The scope of this API key is too small
             *
             *     `cross_site_request`: Pages of this origin may not change anything here
             */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `count_moved`: The filter means another number of jobs by now */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large`: The body is larger than this server accepts */
            413: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body must be application/json */
            415: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `misdirected_request`: This server does not answer to this name */
            421: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `invalid_request`: The request does not fit its description
             *
             *     `invalid_cursor`: The cursor is not one that a list returned
             */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error`: Something unexpected went wrong */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `overloaded`: The server has more to do than it can
             *
             *     `too_many_streams`: As many streams of events are open as may be
             *
             *     `timeline_unavailable`: Redis does not answer
             *
             *     `schema_outdated`: The database schema does not fit this version of Duly
             *
             *     `store_refused`: The store refuses this key
             *
             *     `store_unavailable`: The store does not answer
             */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    retry_jobs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["JobSelection"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActionAnswer"];
                };
            };
            /** @description `malformed_json`: The body is not JSON */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: This takes an API key */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The scope of this API key is too small
             *
             *     `cross_site_request`: Pages of this origin may not change anything here
             */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `count_moved`: The filter means another number of jobs by now */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large`: The body is larger than this server accepts */
            413: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body must be application/json */
            415: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `misdirected_request`: This server does not answer to this name */
            421: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `invalid_request`: The request does not fit its description
             *
             *     `invalid_cursor`: The cursor is not one that a list returned
             */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error`: Something unexpected went wrong */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `overloaded`: The server has more to do than it can
             *
             *     `too_many_streams`: As many streams of events are open as may be
             *
             *     `timeline_unavailable`: Redis does not answer
             *
             *     `schema_outdated`: The database schema does not fit this version of Duly
             *
             *     `store_refused`: The store refuses this key
             *
             *     `store_unavailable`: The store does not answer
             */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    run_jobs_now: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["JobSelection"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActionAnswer"];
                };
            };
            /** @description `malformed_json`: The body is not JSON */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: This takes an API key */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The scope of this API key is too small
             *
             *     `cross_site_request`: Pages of this origin may not change anything here
             */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `count_moved`: The filter means another number of jobs by now */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large`: The body is larger than this server accepts */
            413: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body must be application/json */
            415: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `misdirected_request`: This server does not answer to this name */
            421: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `invalid_request`: The request does not fit its description
             *
             *     `invalid_cursor`: The cursor is not one that a list returned
             */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error`: Something unexpected went wrong */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `overloaded`: The server has more to do than it can
             *
             *     `too_many_streams`: As many streams of events are open as may be
             *
             *     `timeline_unavailable`: Redis does not answer
             *
             *     `schema_outdated`: The database schema does not fit this version of Duly
             *
             *     `store_refused`: The store refuses this key
             *
             *     `store_unavailable`: The store does not answer
             */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    update_jobs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ManyChanges"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActionAnswer"];
                };
            };
            /** @description `malformed_json`: The body is not JSON */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: This takes an API key */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The scope of this API key is too small
             *
             *     `cross_site_request`: Pages of this origin may not change anything here
             */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `count_moved`: The filter means another number of jobs by now */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large`: The body is larger than this server accepts */
            413: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body must be application/json */
            415: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `misdirected_request`: This server does not answer to this name */
            421: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `invalid_request`: The request does not fit its description
             *
             *     `invalid_cursor`: The cursor is not one that a list returned
             */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error`: Something unexpected went wrong */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `overloaded`: The server has more to do than it can
             *
             *     `too_many_streams`: As many streams of events are open as may be
             *
             *     `timeline_unavailable`: Redis does not answer
             *
             *     `schema_outdated`: The database schema does not fit this version of Duly
             *
             *     `store_refused`: The store refuses this key
             *
             *     `store_unavailable`: The store does not answer
             */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    duplicate_jobs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ManyDuplicates"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActionAnswer"];
                };
            };
            /** @description `malformed_json`: The body is not JSON */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: This takes an API key */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The scope of this API key is too small
             *
             *     `cross_site_request`: Pages of this origin may not change anything here
             */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `count_moved`: The filter means another number of jobs by now */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large`: The body is larger than this server accepts */
            413: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body must be application/json */
            415: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `misdirected_request`: This server does not answer to this name */
            421: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `invalid_request`: The request does not fit its description
             *
             *     `invalid_cursor`: The cursor is not one that a list returned
             */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error`: Something unexpected went wrong */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `overloaded`: The server has more to do than it can
             *
             *     `too_many_streams`: As many streams of events are open as may be
             *
             *     `timeline_unavailable`: Redis does not answer
             *
             *     `schema_outdated`: The database schema does not fit this version of Duly
             *
             *     `store_refused`: The store refuses this key
             *
             *     `store_unavailable`: The store does not answer
             */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_jobs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["JobSelection"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActionAnswer"];
                };
            };
            /** @description `malformed_json`: The body is not JSON */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: This takes an API key */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The scope of this API key is too small
             *
             *     `cross_site_request`: Pages of this origin may not change anything here
             */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `count_moved`: The filter means another number of jobs by now */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large`: The body is larger than this server accepts */
            413: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body must be application/json */
            415: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `misdirected_request`: This server does not answer to this name */
            421: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `invalid_request`: The request does not fit its description
             *
             *     `invalid_cursor`: The cursor is not one that a list returned
             */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error`: Something unexpected went wrong */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `overloaded`: The server has more to do than it can
             *
             *     `too_many_streams`: As many streams of events are open as may be
             *
             *     `timeline_unavailable`: Redis does not answer
             *
             *     `schema_outdated`: The database schema does not fit this version of Duly
             *
             *     `store_refused`: The store refuses this key
             *
             *     `store_unavailable`: The store does not answer
             */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    export_jobs: {
        parameters: {
            query?: {
                /** @description ids; several are separated by commas or repeated */
                id?: string[];
                /** @description statuses; picked and running are other words for in_progress; several are separated by commas or repeated */
                status?: ("pending" | "in_progress" | "completed" | "failed" | "cancelled" | "picked" | "running")[];
                /** @description job types; several are separated by commas or repeated */
                type?: string[];
                /** @description queues; several are separated by commas or repeated */
                queue?: string[];
                /** @description tags, all of which a job must have; several are separated by commas or repeated */
                tag?: string[];
                /** @description text in the last error */
                error?: string;
                /** @description as GET /failures names it: errors of the same words */
                error_group?: string;
                /** @description text in type, tags, last error or payload, or the beginning of an id (8 digits or more); looks at the last 24 hours unless from says otherwise */
                search?: string;
                /** @description RFC 3339 with an offset: bounds the time that is sorted by; included */
                from?: string;
                /** @description the same; not included */
                to?: string;
                /** @description by created_at, by run_at (scheduled), or by finished_at (only jobs that have ended have it) */
                sort?: "created" | "scheduled" | "finished";
                /** @description asc: earliest first */
                order?: "asc" | "desc";
                /** @description csv, or ndjson: one job in each line. Without it the header Accept decides, else it is csv */
                format?: "csv" | "ndjson";
                /** @description Most jobs in the answer; all of them if missing */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Complete when the answer ends properly: whatever goes wrong on the way breaks off the connection */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                    "application/x-ndjson": string;
                };
            };
            /** @description `unauthenticated`: This takes an API key */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The scope of this API key is too small */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `misdirected_request`: This server does not answer to this name */
            421: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `invalid_request`: The request does not fit its description
             *
             *     `too_many_jobs`: The request means more jobs than can be served at once
             */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error`: Something unexpected went wrong */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `overloaded`: The server has more to do than it can
             *
             *     `too_many_streams`: As many streams of events are open as may be
             *
             *     `timeline_unavailable`: Redis does not answer
             *
             *     `schema_outdated`: The database schema does not fit this version of Duly
             *
             *     `store_refused`: The store refuses this key
             *
             *     `store_unavailable`: The store does not answer
             */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_failures: {
        parameters: {
            query?: {
                /**
                 * @description The name of a queue
                 * @example default
                 */
                queue?: string;
                /**
                 * @description The name of a job type
                 * @example email_notification
                 */
                type?: string;
                /** @description Groups in the answer */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failures"];
                };
            };
            /** @description `unauthenticated`: This takes an API key */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The scope of this API key is too small */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `misdirected_request`: This server does not answer to this name */
            421: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid_request`: The request does not fit its description */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error`: Something unexpected went wrong */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `overloaded`: The server has more to do than it can
             *
             *     `too_many_streams`: As many streams of events are open as may be
             *
             *     `timeline_unavailable`: Redis does not answer
             *
             *     `schema_outdated`: The database schema does not fit this version of Duly
             *
             *     `store_refused`: The store refuses this key
             *
             *     `store_unavailable`: The store does not answer
             */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_templates: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TemplateList"];
                };
            };
            /** @description `unauthenticated`: This takes an API key */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The scope of this API key is too small */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `misdirected_request`: This server does not answer to this name */
            421: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error`: Something unexpected went wrong */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `overloaded`: The server has more to do than it can
             *
             *     `too_many_streams`: As many streams of events are open as may be
             *
             *     `timeline_unavailable`: Redis does not answer
             *
             *     `schema_outdated`: The database schema does not fit this version of Duly
             *
             *     `store_refused`: The store refuses this key
             *
             *     `store_unavailable`: The store does not answer
             */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_template: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewTemplate"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Template"];
                };
            };
            /** @description `malformed_json`: The body is not JSON */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: This takes an API key */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The scope of this API key is too small
             *
             *     `cross_site_request`: Pages of this origin may not change anything here
             */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `template_name_taken`: Another template has this name
             *
             *     `too_many_templates`: There are as many templates as may be
             */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large`: The body is larger than this server accepts */
            413: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body must be application/json */
            415: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `misdirected_request`: This server does not answer to this name */
            421: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `invalid_request`: The request does not fit its description
             *
             *     `unknown_type`: No handler is known for this job type
             *
             *     `invalid_payload`: The payload does not fit its job type
             *
             *     `invalid_template`: The Liquid of the template cannot be read
             *
             *     `not_storable`: The database cannot store this value
             */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error`: Something unexpected went wrong */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `overloaded`: The server has more to do than it can
             *
             *     `too_many_streams`: As many streams of events are open as may be
             *
             *     `timeline_unavailable`: Redis does not answer
             *
             *     `schema_outdated`: The database schema does not fit this version of Duly
             *
             *     `store_refused`: The store refuses this key
             *
             *     `store_unavailable`: The store does not answer
             */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_template: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of a template
                 * @example 01934b7e-5c4d-7f3a-9b1e-2d6f8a0c4e71
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Template"];
                };
            };
            /** @description `unauthenticated`: This takes an API key */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The scope of this API key is too small */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `template_not_found`: No template has this id */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `misdirected_request`: This server does not answer to this name */
            421: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid_request`: The request does not fit its description */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error`: Something unexpected went wrong */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `overloaded`: The server has more to do than it can
             *
             *     `too_many_streams`: As many streams of events are open as may be
             *
             *     `timeline_unavailable`: Redis does not answer
             *
             *     `schema_outdated`: The database schema does not fit this version of Duly
             *
             *     `store_refused`: The store refuses this key
             *
             *     `store_unavailable`: The store does not answer
             */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    replace_template: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of a template
                 * @example 01934b7e-5c4d-7f3a-9b1e-2d6f8a0c4e71
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewTemplate"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Template"];
                };
            };
            /** @description `malformed_json`: The body is not JSON */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: This takes an API key */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The scope of this API key is too small
             *
             *     `cross_site_request`: Pages of this origin may not change anything here
             */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `template_not_found`: No template has this id */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `template_name_taken`: Another template has this name */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large`: The body is larger than this server accepts */
            413: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body must be application/json */
            415: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `misdirected_request`: This server does not answer to this name */
            421: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `invalid_request`: The request does not fit its description
             *
             *     `unknown_type`: No handler is known for this job type
             *
             *     `invalid_payload`: The payload does not fit its job type
             *
             *     `invalid_template`: The Liquid of the template cannot be read
             *
             *     `not_storable`: The database cannot store this value
             */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error`: Something unexpected went wrong */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `overloaded`: The server has more to do than it can
             *
             *     `too_many_streams`: As many streams of events are open as may be
             *
             *     `timeline_unavailable`: Redis does not answer
             *
             *     `schema_outdated`: The database schema does not fit this version of Duly
             *
             *     `store_refused`: The store refuses this key
             *
             *     `store_unavailable`: The store does not answer
             */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_template: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of a template
                 * @example 01934b7e-5c4d-7f3a-9b1e-2d6f8a0c4e71
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `unauthenticated`: This takes an API key */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The scope of this API key is too small
             *
             *     `cross_site_request`: Pages of this origin may not change anything here
             */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `template_not_found`: No template has this id */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `misdirected_request`: This server does not answer to this name */
            421: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid_request`: The request does not fit its description */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error`: Something unexpected went wrong */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `overloaded`: The server has more to do than it can
             *
             *     `too_many_streams`: As many streams of events are open as may be
             *
             *     `timeline_unavailable`: Redis does not answer
             *
             *     `schema_outdated`: The database schema does not fit this version of Duly
             *
             *     `store_refused`: The store refuses this key
             *
             *     `store_unavailable`: The store does not answer
             */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    use_template: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 visible ASCII characters: a second request with the same key makes nothing, and is answered with what the first has made */
                "idempotency-key"?: string;
            };
            path: {
                /**
                 * @description The id of a template
                 * @example 01934b7e-5c4d-7f3a-9b1e-2d6f8a0c4e71
                 */
                id: string;
            };
            cookie?: never;
        };
        /** @description When the job runs, the variables, and fields in place of those of the template */
        requestBody?: {
            content: {
                "application/json": components["schemas"]["UseTemplate"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    Location: components["headers"]["Location"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description Created */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description `malformed_json`: The body is not JSON */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: This takes an API key */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The scope of this API key is too small
             *
             *     `cross_site_request`: Pages of this origin may not change anything here
             */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `job_not_found`: No job has this id
             *
             *     `template_not_found`: No template has this id
             */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large`: The body is larger than this server accepts */
            413: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body must be application/json */
            415: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `misdirected_request`: This server does not answer to this name */
            421: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `invalid_request`: The request does not fit its description
             *
             *     `unknown_type`: No handler is known for this job type
             *
             *     `invalid_payload`: The payload does not fit its job type
             *
             *     `idempotency_key_reused`: This Idempotency-Key was sent with another request
             *
             *     `missing_variable`: The template needs variables that were not given
             *
             *     `render_failed`: The template cannot be rendered with these variables
             *
             *     `not_storable`: The database cannot store this value
             */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error`: Something unexpected went wrong */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `overloaded`: The server has more to do than it can
             *
             *     `too_many_streams`: As many streams of events are open as may be
             *
             *     `timeline_unavailable`: Redis does not answer
             *
             *     `schema_outdated`: The database schema does not fit this version of Duly
             *
             *     `store_refused`: The store refuses this key
             *
             *     `store_unavailable`: The store does not answer
             */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_queues: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QueueList"];
                };
            };
            /** @description `unauthenticated`: This takes an API key */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The scope of this API key is too small */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `misdirected_request`: This server does not answer to this name */
            421: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error`: Something unexpected went wrong */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `overloaded`: The server has more to do than it can
             *
             *     `too_many_streams`: As many streams of events are open as may be
             *
             *     `timeline_unavailable`: Redis does not answer
             *
             *     `schema_outdated`: The database schema does not fit this version of Duly
             *
             *     `store_refused`: The store refuses this key
             *
             *     `store_unavailable`: The store does not answer
             */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_queue: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The name of a queue
                 * @example default
                 */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Queue"];
                };
            };
            /** @description `unauthenticated`: This takes an API key */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The scope of this API key is too small */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `queue_not_found`: No queue has this name */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `misdirected_request`: This server does not answer to this name */
            421: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid_request`: The request does not fit its description */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error`: Something unexpected went wrong */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `overloaded`: The server has more to do than it can
             *
             *     `too_many_streams`: As many streams of events are open as may be
             *
             *     `timeline_unavailable`: Redis does not answer
             *
             *     `schema_outdated`: The database schema does not fit this version of Duly
             *
             *     `store_refused`: The store refuses this key
             *
             *     `store_unavailable`: The store does not answer
             */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pause_queue: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The name of a queue
                 * @example default
                 */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Queue"];
                };
            };
            /** @description `unauthenticated`: This takes an API key */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The scope of this API key is too small
             *
             *     `cross_site_request`: Pages of this origin may not change anything here
             */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `queue_not_found`: No queue has this name */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `misdirected_request`: This server does not answer to this name */
            421: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid_request`: The request does not fit its description */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error`: Something unexpected went wrong */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `overloaded`: The server has more to do than it can
             *
             *     `too_many_streams`: As many streams of events are open as may be
             *
             *     `timeline_unavailable`: Redis does not answer
             *
             *     `schema_outdated`: The database schema does not fit this version of Duly
             *
             *     `store_refused`: The store refuses this key
             *
             *     `store_unavailable`: The store does not answer
             */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resume_queue: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The name of a queue
                 * @example default
                 */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Queue"];
                };
            };
            /** @description `unauthenticated`: This takes an API key */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The scope of this API key is too small
             *
             *     `cross_site_request`: Pages of this origin may not change anything here
             */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `queue_not_found`: No queue has this name */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `misdirected_request`: This server does not answer to this name */
            421: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid_request`: The request does not fit its description */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error`: Something unexpected went wrong */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `overloaded`: The server has more to do than it can
             *
             *     `too_many_streams`: As many streams of events are open as may be
             *
             *     `timeline_unavailable`: Redis does not answer
             *
             *     `schema_outdated`: The database schema does not fit this version of Duly
             *
             *     `store_refused`: The store refuses this key
             *
             *     `store_unavailable`: The store does not answer
             */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_workers: {
        parameters: {
            query?: {
                /** @description also workers that ended within this time: "30m", "7d" (the longest), or milliseconds; 0 leaves them out */
                ended_within?: string;
                /** @description Workers in the answer */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkerList"];
                };
            };
            /** @description `unauthenticated`: This takes an API key */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The scope of this API key is too small */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `misdirected_request`: This server does not answer to this name */
            421: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid_request`: The request does not fit its description */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error`: Something unexpected went wrong */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `overloaded`: The server has more to do than it can
             *
             *     `too_many_streams`: As many streams of events are open as may be
             *
             *     `timeline_unavailable`: Redis does not answer
             *
             *     `schema_outdated`: The database schema does not fit this version of Duly
             *
             *     `store_refused`: The store refuses this key
             *
             *     `store_unavailable`: The store does not answer
             */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_stats: {
        parameters: {
            query?: {
                /** @description RFC 3339 with an offset; the period that it lies in is the first */
                from?: string;
                /** @description the same; now if not given; not included */
                to?: string;
                /** @description length of a point; if not given the finest in which the range makes at most 720 points, and the last hour by the minute without a range */
                resolution?: "minute" | "hour" | "day";
                /**
                 * @description instead of resolution: length of a point as whole minutes, "5m", "1h" or "7d"; at most 720 points, and only multiples of "1h" reach back further than 2 days
                 * @example 5m
                 */
                step?: string;
                /**
                 * @description The name of a queue
                 * @example default
                 */
                queue?: string;
                /**
                 * @description The name of a job type
                 * @example email_notification
                 */
                type?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Stats"];
                };
            };
            /** @description `unauthenticated`: This takes an API key */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The scope of this API key is too small */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `misdirected_request`: This server does not answer to this name */
            421: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid_request`: The request does not fit its description */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error`: Something unexpected went wrong */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `overloaded`: The server has more to do than it can
             *
             *     `too_many_streams`: As many streams of events are open as may be
             *
             *     `timeline_unavailable`: Redis does not answer
             *
             *     `schema_outdated`: The database schema does not fit this version of Duly
             *
             *     `store_refused`: The store refuses this key
             *
             *     `store_unavailable`: The store does not answer
             */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    watch: {
        parameters: {
            query?: {
                /**
                 * @description how long to watch: "10s", "30m" (the longest), or milliseconds
                 * @example 10s
                 */
                for?: string;
            };
            header?: {
                /** @description id of the last event that you have: what came after it is sent first */
                "last-event-id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A stream of events */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description `unauthenticated`: This takes an API key */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The scope of this API key is too small */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `misdirected_request`: This server does not answer to this name */
            421: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid_request`: The request does not fit its description */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error`: Something unexpected went wrong */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `overloaded`: The server has more to do than it can
             *
             *     `too_many_streams`: As many streams of events are open as may be
             *
             *     `timeline_unavailable`: Redis does not answer
             *
             *     `schema_outdated`: The database schema does not fit this version of Duly
             *
             *     `store_refused`: The store refuses this key
             *
             *     `store_unavailable`: The store does not answer
             */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_system: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["System"];
                };
            };
            /** @description `unauthenticated`: This takes an API key */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The scope of this API key is too small */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `misdirected_request`: This server does not answer to this name */
            421: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error`: Something unexpected went wrong */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `overloaded`: The server has more to do than it can
             *
             *     `too_many_streams`: As many streams of events are open as may be
             *
             *     `timeline_unavailable`: Redis does not answer
             *
             *     `schema_outdated`: The database schema does not fit this version of Duly
             *
             *     `store_refused`: The store refuses this key
             *
             *     `store_unavailable`: The store does not answer
             */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sync: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Sync"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SyncAnswer"];
                };
            };
            /** @description `malformed_json`: The body is not JSON */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: This takes an API key */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The scope of this API key is too small
             *
             *     `cross_site_request`: Pages of this origin may not change anything here
             */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `queue_not_found`: No queue has this name */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large`: The body is larger than this server accepts */
            413: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body must be application/json */
            415: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `misdirected_request`: This server does not answer to this name */
            421: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid_request`: The request does not fit its description */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error`: Something unexpected went wrong */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `overloaded`: The server has more to do than it can
             *
             *     `too_many_streams`: As many streams of events are open as may be
             *
             *     `timeline_unavailable`: Redis does not answer
             *
             *     `schema_outdated`: The database schema does not fit this version of Duly
             *
             *     `store_refused`: The store refuses this key
             *
             *     `store_unavailable`: The store does not answer
             */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_output: {
        parameters: {
            query?: {
                /** @description of a mail: its HTML, without all that could run or load; or the mail as it was kept */
                part?: "html" | "source";
                /** @description to be saved, not shown */
                download?: boolean;
            };
            header?: never;
            path: {
                /**
                 * @description The id of a job
                 * @example 01a1f84a-95c0-7c1a-9f3e-5d2b7a604c18
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What it has produced */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Mail"];
                    "image/png": string;
                    "image/jpeg": string;
                    "image/gif": string;
                    "image/webp": string;
                    "image/avif": string;
                    "application/pdf": string;
                    "text/plain": string;
                    "text/html": string;
                    "message/rfc822": string;
                    "application/octet-stream": string;
                };
            };
            /** @description `unauthenticated`: This takes an API key */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The scope of this API key is too small */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `output_not_found`: The job has produced nothing that can be shown
             *
             *     `job_not_found`: No job has this id
             */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `misdirected_request`: This server does not answer to this name */
            421: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid_request`: The request does not fit its description */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error`: Something unexpected went wrong */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `overloaded`: The server has more to do than it can
             *
             *     `too_many_streams`: As many streams of events are open as may be
             *
             *     `timeline_unavailable`: Redis does not answer
             *
             *     `schema_outdated`: The database schema does not fit this version of Duly
             *
             *     `store_refused`: The store refuses this key
             *
             *     `store_unavailable`: The store does not answer
             */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description `unauthenticated`: This takes an API key */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    log_in: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Login"];
            };
        };
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed_json`: The body is not JSON */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: This takes an API key */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `cross_site_request`: Pages of this origin may not change anything here */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large`: The body is larger than this server accepts */
            413: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body must be application/json */
            415: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid_request`: The request does not fit its description */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    log_out: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `cross_site_request`: Pages of this origin may not change anything here */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
