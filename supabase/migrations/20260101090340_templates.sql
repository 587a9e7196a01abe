-- Templates: jobs without a time, written once and used often. Liquid in their payloads is read by the API, never here.

create table duly.job_templates (
  id          uuid           primary key,
  name        text           not null,
  description text           not null default '',
  body        jsonb          not null,
  variables   text[]         not null default '{}',
  created_at  timestamptz(3) not null default duly.ceil_ms(now()),
  updated_at  timestamptz(3) not null default duly.ceil_ms(now()),

  constraint no_two_templates_have_one_name unique (name),
  constraint template_name_has_1_to_100_characters check (length(name) between 1 and 100),
  constraint template_description_has_at_most_1000_characters check (length(description) <= 1000),
  constraint template_body_is_an_object check (jsonb_typeof(body) = 'object'),
  -- core/template.ts allows 64 KiB of compact JSON; as text of jsonb, with its spaces, that may be twice as long.
  constraint template_body_has_at_most_128_kib check (octet_length(body::text) <= 131072)
);
comment on table duly.job_templates is 'The fields of jobs without their times; strings of the payload may hold Liquid.';
comment on column duly.job_templates.body is 'type, payload, queue, priority and so on, as they were given: what is missing gets the default of the day on which the template is used.';
comment on column duly.job_templates.variables is 'Names that the Liquid of the payload uses, such as customer.name: found when the template was saved.';

alter table duly.job_templates enable row level security;

create function duly.template_json(t duly.job_templates)
returns json
language sql
stable
set search_path = ''
as $$
  select json_build_object(
    'id', t.id, 'name', t.name, 'description', t.description, 'body', t.body, 'variables', t.variables,
    'created_at', duly.iso(t.created_at), 'updated_at', duly.iso(t.updated_at)
  )
$$;
comment on function duly.template_json(duly.job_templates) is 'A template as it goes over the wire: the fields of core/template.ts, in their order.';

create function public.duly_list_templates()
returns json
language sql
stable
set search_path = ''
as $$
  select coalesce(json_agg(duly.template_json(t) order by lower(t.name) collate "C", t.name collate "C"), '[]')
    from duly.job_templates t
$$;
comment on function public.duly_list_templates() is
  'Returns every template (duly_create_template keeps them few), by name, capitals beside small letters.';

create function public.duly_get_template(p_id uuid)
returns json
language plpgsql
stable
set search_path = ''
as $$
declare
  v_template duly.job_templates;
begin
  select * into v_template from duly.job_templates t where t.id = p_id;
  if not found then
    raise sqlstate 'PT404' using message = 'template_not_found', detail = format('There is no template %s.', p_id);
  end if;
  return duly.template_json(v_template);
end
$$;
comment on function public.duly_get_template(uuid) is 'Returns the template. Raises template_not_found.';

create function public.duly_create_template(p_id uuid, p_name text, p_description text, p_body text, p_variables text[])
returns json
language plpgsql
set search_path = ''
as $$
declare
  v_template duly.job_templates;
begin
  -- Two creates at the same moment may pass this together: the limit keeps lists short, and one more does no harm.
  if (select count(*) from duly.job_templates t where t.id <> p_id) >= 1000 then
    raise sqlstate 'PT409' using message = 'too_many_templates', detail = 'There are 1,000 templates, and no more are kept. Delete one that is not used.';
  end if;

  insert into duly.job_templates (id, name, description, body, variables)
  values (p_id, p_name, p_description, p_body::jsonb, p_variables)
      on conflict do nothing; -- the id: sent again after a lost reply; else the name

  select * into v_template from duly.job_templates t where t.id = p_id;
  if not found then
    raise sqlstate 'PT409' using message = 'template_name_taken', detail = format('There is a template with the name "%s" already.', p_name);
  end if;
  return duly.template_json(v_template);
end
$$;
comment on function public.duly_create_template(uuid, text, text, text, text[]) is
  'Stores a template and returns it; an id that exists already is answered as it is. Raises template_name_taken, and too_many_templates beyond 1,000.';

create function public.duly_replace_template(p_id uuid, p_name text, p_description text, p_body text, p_variables text[])
returns json
language plpgsql
set search_path = ''
as $$
declare
  v_template duly.job_templates;
begin
  begin
    update duly.job_templates t
       set name = p_name,
           description = p_description,
           body = p_body::jsonb,
           variables = p_variables,
           updated_at = case
             when (t.name, t.description, t.body, t.variables) is distinct from (p_name, p_description, p_body::jsonb, p_variables) then duly.ceil_ms(now())
             else t.updated_at -- sent again after a lost reply
           end
     where t.id = p_id
    returning * into v_template;
  exception when unique_violation then
    raise sqlstate 'PT409' using message = 'template_name_taken', detail = format('Another template has the name "%s" already.', p_name);
  end;

  if v_template.id is null then
    raise sqlstate 'PT404' using message = 'template_not_found', detail = format('There is no template %s.', p_id);
  end if;
  return duly.template_json(v_template);
end
$$;
comment on function public.duly_replace_template(uuid, text, text, text, text[]) is
  'Puts a whole template in place of the one with this id, and returns it; updated_at moves only when something differs. Raises template_not_found and template_name_taken.';

create function public.duly_delete_template(p_id uuid, p_again boolean default false)
returns json
language plpgsql
set search_path = ''
as $$
begin
  delete from duly.job_templates t where t.id = p_id;
  if not found and not p_again then
    raise sqlstate 'PT404' using message = 'template_not_found', detail = format('There is no template %s.', p_id);
  end if;
  return json_build_object('deleted', p_id);
end
$$;
comment on function public.duly_delete_template(uuid, boolean) is
  'Deletes a template; jobs that were made of it stay. Returns {deleted}. Raises template_not_found, unless p_again says that the call is sent again: the first copy may have deleted it.';
