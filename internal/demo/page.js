'use strict';
// The page's script: it asks /demo/api/run and shows what comes back. Whatever
// comes back is put in as text, never as markup.
(() => {
  const lang = document.documentElement.lang;
  const texts = JSON.parse(document.body.dataset.texts);
  const plural = new Intl.PluralRules(lang);
  const whole = new Intl.NumberFormat(lang);
  const $ = (id) => document.getElementById(id);

  // fill puts values into a text's {places}.
  const fill = (key, values = {}) => texts[key].replace(/\{(\w+)\}/g, (place, name) => (name in values ? String(values[name]) : place));
  const counted = (key, n) => fill(`${key}.${plural.select(n) === 'one' ? 'one' : 'other'}`, { n: whole.format(n) });

  // el makes an element; children are nodes or texts.
  const el = (tag, attributes = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== null && value !== undefined) node.setAttribute(name, value);
    }
    node.append(...children);
    return node;
  };

  const ask = async (customer, sql, explain) => {
    const response = await fetch('api/run', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Accept-Language': lang },
      body: JSON.stringify({ customer, sql, explain }),
    });
    const answer = await response.json();
    if (!response.ok) {
      const { code, status, title, detail } = answer;
      return { customer, count: 0, ms: 0, refusal: { code, status, title, detail: detail || title } };
    }
    return answer;
  };

  // formatter writes a column's values: decimals with two digits where any has
  // some, whole numbers as they are, since many are codes.
  const formatter = (column, rows, at) => {
    if (column.kind !== 'number') return (text) => text;
    const broken = rows.some((row) => row[at] !== null && Math.abs(Number(row[at]) - Math.round(Number(row[at]))) > 1e-9);
    const digits = broken ? 2 : 0;
    const format = new Intl.NumberFormat(lang, { minimumFractionDigits: digits, maximumFractionDigits: digits });
    return (text) => (text === '' || Number.isNaN(Number(text)) ? text : format.format(Number(text)));
  };

  const table = (answer) => {
    const formats = answer.columns.map((column, at) => formatter(column, answer.rows, at));
    const head = el('tr', {}, ...answer.columns.map((c) => el('th', { scope: 'col', class: c.kind === 'text' ? null : 'num' }, c.name)));
    const body = answer.rows.map((row) => el('tr', {}, ...row.map((value, at) => {
      const numeric = answer.columns[at].kind !== 'text';
      if (value === null) return el('td', { class: numeric ? 'num null' : 'null' }, 'NULL');
      return el('td', numeric ? { class: 'num', title: value } : {}, formats[at](value));
    })));
    return el('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': fill('table', { customer: answer.customer }) },
      el('table', {}, el('thead', {}, head), el('tbody', {}, ...body)));
  };

  const rowsText = (answer) => (answer.more ? fill('rows.more', { n: whole.format(answer.count) }) : counted('rows', answer.count));
  const milliseconds = (ms) => fill('ms', { n: new Intl.NumberFormat(lang, { maximumFractionDigits: 1, minimumFractionDigits: 1 }).format(ms) });

  // place shows the refused text's line with a caret under the character.
  const place = (refusal, sql) => {
    if (!refusal.line) return [];
    const line = Array.from((sql.split('\n')[refusal.line - 1] || '').replace(/\t/g, ' '));
    const at = refusal.column - 1;
    let end = at + 1;
    if (/\w/.test(line[at] || '')) while (end < line.length && /[\w.]/.test(line[end])) end++;
    return [el('pre', { class: 'caret' },
      line.slice(0, at).join(''), el('mark', {}, line.slice(at, end).join('') || ' '), line.slice(end).join(''),
      '\n' + ' '.repeat(at), el('b', { 'aria-hidden': 'true' }, '^'),
      el('span', { class: 'where' }, ' ' + fill('place', refusal)))];
  };

  const refused = (refusal, sql, explained) => {
    const why = explained ? null : texts[`why.${refusal.code}`];
    return el('div', { class: 'refusal' },
      el('p', { class: 'refusal-head' }, el('code', {}, refusal.code), ' ', el('span', { class: 'http' }, `HTTP ${refusal.status}`)),
      el('p', { class: 'refusal-detail', lang: 'en' }, refusal.detail),
      ...place(refusal, sql),
      ...(why ? [el('p', { class: 'why' }, why)] : []));
  };

  const sides = ['left', 'right'];
  const state = { shown: null, engine: 'sqlite', call: 'curl' };
  // What was typed outlives a change of language, where the browser keeps it.
  const remembered = () => {
    try { return JSON.parse(sessionStorage.getItem('vantelle-demo')) || {}; } catch { return {}; }
  };
  const remember = () => {
    const kept = { sql: $('sql').value, left: $('left').value, right: $('right').value };
    try { sessionStorage.setItem('vantelle-demo', JSON.stringify(kept)); } catch { /* it keeps nothing */ }
  };

  const showSide = (side, answer, sql) => {
    const status = $(`${side}-status`);
    const result = $(`${side}-result`);
    if (answer.refusal) {
      status.replaceChildren(el('span', { class: 'count refused-mark' }, texts.refused));
      result.replaceChildren(refused(answer.refusal, sql));
      return;
    }
    status.replaceChildren(el('span', { class: 'count' }, rowsText(answer)), el('span', { class: 'ms' }, milliseconds(answer.ms)));
    if (answer.count > answer.rows?.length) status.append(el('span', { class: 'ms' }, fill('shown', { n: answer.rows.length })));
    result.replaceChildren(answer.count ? table(answer) : el('p', { class: 'empty' }, texts.norows));
  };

  // bar draws a part of a whole as a channel: full width is every row.
  const bar = (kind, part, all, label) => {
    const fillWidth = all ? Math.max(0.4, Math.min(100, (100 * part) / all)) : 0;
    const level = el('span', { class: `level ${kind}` });
    level.style.width = `${part ? fillWidth : 0}%`;
    return el('div', { class: 'channel', role: 'img', 'aria-label': label }, level);
  };

  const showMeter = (answers) => {
    const known = answers.filter((a) => !a.refusal);
    const tables = known.length ? known[0].tables || [] : [];
    if (!tables.length) {
      $('meter').replaceChildren(el('p', { class: 'empty' }, known.length ? texts['meter.notable'] : texts['meter.refused']));
      return;
    }
    const ordered = [...tables].sort((a, b) => (b.rows || 0) - (a.rows || 0));
    $('meter').replaceChildren(...ordered.map((t) => {
      const all = t.rows === null ? '?' : whole.format(t.rows);
      const key = t.customers ? 'meter' : t.customers === 0 ? 'meter.nobody' : null;
      const rows = t.rows === null ? '?' : counted('rows', t.rows);
      const sentence = key ? fill(key, { rows, customers: t.customers ? counted('customers', t.customers) : '' }) : rows;
      const lines = answers.map((a, i) => {
        const own = (a.tables || []).find((x) => x.name === t.name);
        const visible = a.refusal || !own ? null : own.visible;
        const n = visible === null ? '–' : whole.format(visible);
        return el('div', { class: `sees ${i ? 'b' : 'a'}` },
          bar(i ? 'b' : 'a', visible || 0, t.rows || 0, fill('meter.bar', { customer: a.customer, n, rows: all })),
          el('span', {}, fill(a.refusal ? 'sees.nothing' : 'sees', { customer: a.customer, n })));
      });
      const [before, after] = texts['meter.whole'].split('{table}');
      return el('div', { class: 'gauge' },
        el('p', { class: 'holds' }, sentence),
        el('p', { class: 'whole' }, before, el('code', {}, t.name), after),
        ...lines);
    }));
  };

  const pieces = (list) => {
    const out = [];
    let filter = null;
    for (const p of list) {
      const node = p.k ? el('span', { class: `t-${p.k}` }, p.t) : document.createTextNode(p.t);
      if (!p.f) {
        filter = null;
        out.push(node);
        continue;
      }
      if (!filter) {
        filter = el('mark', { class: 'filter' });
        out.push(filter);
      }
      filter.append(node);
    }
    return out;
  };

  const showPrinted = () => {
    const answer = state.shown && state.shown.answers.find((a) => a.printed);
    const statement = answer && answer.printed.find((p) => p.engine === state.engine);
    $('profile').textContent = answer ? ` ${answer.profile}` : '';
    if (!statement || !statement.sql) {
      const why = statement ? `${texts['engine.refused']} ${statement.refused}` : state.shown ? texts['printed.refused'] : '';
      $('printed-sql').replaceChildren(el('span', { class: 'empty' }, why));
      $('params').replaceChildren();
      return;
    }
    $('printed-sql').replaceChildren(...pieces(statement.pieces));
    const params = statement.params || [];
    $('params').replaceChildren(...(params.length ? [] : [el('dd', {}, texts.noparams)]), ...params.flatMap((p) => {
      const key = `from.${p.origin}`;
      const origin = key in texts ? fill(key, { name: p.name || '' }) : p.origin;
      const values = p.origin !== 'identity' || p.name !== 'customer' ? [] : state.shown.answers.filter((a) => !a.refusal)
        .map((a) => el('b', { class: `id-${state.shown.answers.indexOf(a) ? 'b' : 'a'}` }, a.customer));
      return [el('dt', {}, el('code', {}, p.mark), ...(p.origin === 'identity' ? [' ', el('code', {}, `:${p.name}`)] : []), ' ', el('small', {}, p.type || '')),
        el('dd', { class: p.origin === 'identity' ? 'identity' : null }, origin, ...(values.length ? [el('span', { class: 'ids' }, ...values)] : []))];
    }));
  };

  const showCall = () => {
    const answer = state.shown && state.shown.answers.find((a) => a.calls);
    $('call').textContent = answer ? answer.calls.find((c) => c.name === state.call).text : '';
  };

  let turn = 0;
  const run = async () => {
    const mine = ++turn;
    const sql = $('sql').value;
    remember();
    for (const side of sides) {
      $(`${side}-result`).setAttribute('aria-busy', 'true');
      $(`${side}-status`).replaceChildren(el('span', { class: 'ms' }, texts.running));
    }
    let answers = [];
    try {
      // One after the other, so that neither's time is the other's waiting.
      for (const side of sides) answers.push(await ask($(side).value, sql, true));
    } catch {
      answers = null;
    }
    if (mine !== turn) return; // a later request is on its way
    for (const side of sides) {
      $(`${side}-result`).removeAttribute('aria-busy');
      if (!answers) $(`${side}-status`).replaceChildren(el('span', { class: 'refused-mark' }, texts.failed));
    }
    if (!answers) return;
    sides.forEach((side, i) => showSide(side, answers[i], sql));
    state.shown = { answers };
    showMeter(answers);
    showPrinted();
    showCall();
  };

  const other = () => ($('right').value !== $('left').value ? $('right').value : 'CARAT');
  const aimed = (sql) => sql.replaceAll('{other}', other().replaceAll("'", "''"));

  const verdict = (answer) => {
    if (answer.refusal) return texts['attack.refused'];
    if (!answer.count) return texts['attack.nothing'];
    return fill('attack.answered', { rows: rowsText(answer), customer: answer.customer });
  };

  const badge = (button, answer) => {
    const mark = button.querySelector('.badge');
    mark.className = `badge ${!answer ? 'failed' : answer.refusal ? 'refused' : 'answered'}`;
    mark.textContent = !answer ? texts['badge.failed'] : answer.refusal ? texts['badge.refused'] : rowsText(answer);
  };

  const attackOnce = async (sql, button) => {
    const outcome = $('attack-outcome');
    const result = $('attack-result');
    result.setAttribute('aria-busy', 'true');
    const answer = await ask($('left').value, sql, false).catch(() => null);
    result.removeAttribute('aria-busy');
    if (button) badge(button, answer);
    if ($('attack-sql').value !== sql) return; // a later attempt is on its way
    outcome.className = `outcome ${!answer ? 'failed' : answer.refusal ? 'refused' : 'answered'}`;
    outcome.textContent = answer ? verdict(answer) : texts.failed;
    const note = $('attack-note'); // it speaks of what a customer with an access gets
    note.hidden = Boolean(answer && answer.refusal && answer.refusal.code === 'no_access');
    const explained = !note.hidden && note.textContent !== '';
    if (answer && answer.refusal) result.replaceChildren(refused(answer.refusal, sql, explained));
    else result.replaceChildren(...(answer && answer.count ? [table(answer)] : []));
  };

  const tryIt = () => attackOnce($('attack-sql').value, $('attacks').querySelector('[aria-pressed="true"]'));

  // forget drops the verdicts of another customer.
  const forget = () => {
    for (const button of $('attacks').children) button.replaceChild(el('span', { class: 'badge' }), button.lastElementChild);
    $('score').textContent = '';
  };

  const attackAll = async () => {
    const all = $('attack-all');
    const buttons = [...$('attacks').children];
    const customer = $('left').value;
    let [refusals, answered] = [0, 0];
    all.disabled = true;
    for (const [i, button] of buttons.entries()) {
      $('score').textContent = fill('attack.progress', { n: i + 1, total: buttons.length });
      const answer = await ask(customer, aimed(button.dataset.sql), false).catch(() => null);
      if (answer) answer.refusal ? refusals++ : answered++;
      badge(button, answer);
    }
    all.disabled = false;
    const lost = buttons.length - refusals - answered;
    $('score').textContent = fill('attack.score', { total: buttons.length, customer, refused: refusals, answered })
      + (lost ? ' ' + fill('attack.broken', { n: lost }) : '');
  };

  // put writes into a text area, which grows with its text up to a point.
  const put = (area, sql) => {
    area.value = sql;
    area.rows = Math.max(4, Math.min(12, sql.split('\n').length));
  };

  // pick marks one button of a group as pressed; null marks none.
  const pick = (group, chosen) => {
    for (const button of group.children) button.setAttribute('aria-pressed', String(button === chosen));
  };

  // edited says that a text is no longer one of the group's.
  const edited = (group, note) => {
    pick($(group), null);
    $(note).textContent = '';
  };

  const example = (button) => {
    pick($('examples'), button);
    put($('sql'), button.dataset.sql);
    $('note').textContent = button.dataset.note;
  };

  const attempt = (button) => {
    pick($('attacks'), button);
    put($('attack-sql'), aimed(button.dataset.sql));
    $('attack-note').textContent = button.dataset.note;
    return attackOnce($('attack-sql').value, button);
  };

  // tabs follow the pattern of the ARIA practices: arrows move, and choose.
  const tabs = (list, panel, choose) => {
    const all = [...list.children];
    const select = (tab) => {
      for (const t of all) {
        t.setAttribute('aria-selected', String(t === tab));
        t.tabIndex = t === tab ? 0 : -1;
      }
      panel.setAttribute('aria-labelledby', tab.id);
      choose(tab.dataset.value);
    };
    list.addEventListener('click', (e) => {
      const tab = e.target.closest('[role="tab"]');
      if (tab) select(tab);
    });
    list.addEventListener('keydown', (e) => {
      const at = all.indexOf(document.activeElement);
      const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[e.key];
      if (at < 0 || to === undefined) return;
      e.preventDefault();
      const tab = all[(to + all.length) % all.length];
      tab.focus();
      select(tab);
    });
  };

  const onEnter = (area, action) => area.addEventListener('keydown', (e) => {
    if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) {
      e.preventDefault();
      action();
    }
  });

  const copy = async () => {
    const label = $('copy-label');
    const usual = label.textContent;
    $('copy').disabled = true;
    try {
      await navigator.clipboard.writeText($('call').textContent);
      label.textContent = texts.copied;
    } catch {
      getSelection().selectAllChildren($('call'));
      label.textContent = texts.copyfailed;
    }
    setTimeout(() => { label.textContent = usual; $('copy').disabled = false; }, 1800);
  };

  const start = () => {
    $('examples').addEventListener('click', (e) => {
      const button = e.target.closest('button');
      if (!button) return;
      example(button);
      run();
    });
    $('attacks').addEventListener('click', (e) => {
      const button = e.target.closest('button');
      if (!button) return;
      attempt(button);
      // Where the screen is narrow the attempt stands below the list.
      if ($('attack-sql').getBoundingClientRect().top > innerHeight) $('attack-sql').scrollIntoView({ block: 'center' });
    });
    $('sql').addEventListener('input', () => edited('examples', 'note'));
    $('attack-sql').addEventListener('input', () => edited('attacks', 'attack-note'));
    for (const side of sides) $(side).addEventListener('change', run);
    $('left').addEventListener('change', () => { forget(); tryIt(); });
    $('run').addEventListener('click', run);
    onEnter($('sql'), run);
    $('attack-run').addEventListener('click', tryIt);
    onEnter($('attack-sql'), tryIt);
    $('attack-all').addEventListener('click', attackAll);
    $('copy').addEventListener('click', copy);
    tabs($('engine-tabs'), $('engine-panel'), (value) => { state.engine = value; showPrinted(); });
    tabs($('call-tabs'), $('call-panel'), (value) => { state.call = value; showCall(); });

    const before = remembered();
    for (const side of sides) {
      if ([...$(side).options].some((o) => o.value === before[side])) $(side).value = before[side];
    }
    const all = [...$('examples').children];
    const same = all.find((b) => b.dataset.sql === before.sql);
    example(same || all[0]);
    if (before.sql && !same) {
      put($('sql'), before.sql);
      edited('examples', 'note');
    }
    run();
    attempt($('attacks').querySelector('[data-key="cost"]'));
  };

  start();
})();
