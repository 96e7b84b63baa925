// Reads and writes through the unmodified @supabase/postgrest-js. The first argument is the
// address of /rows. Prints the number of checks that held.
const assert = require('node:assert/strict')
const { PostgrestClient } = require('@supabase/postgrest-js')

const client = new PostgrestClient(process.argv[2], {
  headers: { Authorization: 'Bearer vk_x', 'Vantelle-Customer': 'ANNA' },
})
let checks = 0
const same = (got, want) => {
  checks++
  assert.deepEqual(got, want)
}
const rows = async (query) => {
  const { data, error } = await query
  assert.equal(error, null)
  return data
}
const numbers = async (query) => (await rows(query)).map((r) => r.number)

async function main() {
  // filters
  const invoices = (columns = 'number', options) => client.from('invoices').select(columns, options)
  same(await numbers(invoices()), ['F1', 'F2', 'F3'])
  same(await numbers(invoices().eq('number', 'F1')), ['F1'])
  same(await numbers(invoices().neq('number', 'F1')), ['F2', 'F3'])
  same(await numbers(invoices().gt('total', 0)), ['F1', 'F2'])
  same(await numbers(invoices().gte('total', 100).lt('total', 200)), ['F1'])
  same(await numbers(invoices().lte('total', 0)), ['F3'])
  same(await numbers(invoices().like('number', 'F%')), ['F1', 'F2', 'F3'])
  same(await numbers(invoices().ilike('number', 'f1')), ['F1'])
  same(await numbers(invoices().likeAnyOf('number', ['%1', '%2'])), ['F1', 'F2'])
  same(await numbers(invoices().likeAllOf('number', ['F%', '%2'])), ['F2'])
  same(await numbers(invoices().is('date', null)), ['F3'])
  same(await numbers(invoices().not('date', 'is', null)), ['F1', 'F2'])
  same(await numbers(invoices().in('number', ['F1', 'F3', 'a,b', 'c"d'])), ['F1', 'F3'])
  same(await numbers(invoices().not('number', 'in', '("F1","F3")')), ['F2'])
  same(await numbers(invoices().or('number.eq.F1,and(total.gt.200,date.not.is.null)')), ['F1', 'F2'])
  same(await numbers(invoices().not('total', 'gt', 0)), ['F3'])
  same(await numbers(invoices().match({ number: 'F2', total: 250.5 })), ['F2'])
  same(await numbers(invoices().filter('total', 'not.eq', 0)), ['F1', 'F2'])

  // order and ranges
  same(await numbers(invoices().order('total', { ascending: false })), ['F2', 'F1', 'F3'])
  same(await numbers(invoices().order('date', { ascending: true, nullsFirst: false })), ['F1', 'F2', 'F3'])
  same(await numbers(invoices().order('number').range(1, 2)), ['F2', 'F3'])
  same(await numbers(invoices().order('number').limit(1)), ['F1'])

  // counts
  const counted = await invoices('number', { count: 'exact' }).order('number').range(0, 1)
  same([counted.count, counted.status, counted.data.length], [3, 206, 2])
  const head = await invoices('*', { count: 'exact', head: true })
  same([head.count, head.data, head.error], [3, null, null])
  const behind = await invoices('number', { count: 'exact' }).range(10, 12)
  same([behind.status, behind.error.code], [416, 'PGRST103'])

  // one object
  same(await rows(invoices('number,total').eq('number', 'F2').single()), { number: 'F2', total: 250.5 })
  same(await rows(invoices().eq('number', 'F9').maybeSingle()), null)
  same((await rows(invoices().eq('number', 'F1').maybeSingle())).number, 'F1')
  const many = await invoices().single()
  same([many.status, many.error.code], [406, 'PGRST116'])
  const none = await invoices().eq('number', 'F9').single()
  same([none.status, none.error.code], [406, 'PGRST116'])

  // searching, and the files of rows
  same(await rows(client.from('goods').select('code').textSearch('q', 'BAGUÉ ring')), [{ code: 'RING' }])
  same(await rows(client.from('goods').select('code').textSearch('q', 'broche', { type: 'websearch' })), [{ code: 'PIN' }])
  same(await rows(invoices('number,files(*)').eq('number', 'F1')), [{ number: 'F1', files: [] }])

  // CSV
  same(await rows(invoices('number,date').eq('number', 'F1').csv()), 'number,date\r\nF1,2026-01-05\r\n')

  // columns under other names, casts, aggregates
  same(await rows(invoices('n:number,t:total::integer').eq('number', 'F1')), [{ n: 'F1', t: 100 }])
  same(await rows(invoices('total.max(),n:count()')), [{ max: 250.5, n: 3 }])

  // related rows
  same(await rows(invoices('number,lines(article,quantity)').eq('number', 'F2')), [
    { number: 'F2', lines: [{ article: 'RING', quantity: 5 }] },
  ])
  same(await rows(client.from('invoice_lines').select('article,invoice(number)').eq('quantity', 5)), [
    { article: 'RING', invoice: { number: 'F2' } },
  ])
  same(
    await rows(
      invoices('number,lines!inner(quantity)')
        .gte('lines.quantity', 2)
        .order('quantity', { referencedTable: 'lines', ascending: false })
        .limit(1, { referencedTable: 'lines' })
        .order('number'),
    ),
    [
      { number: 'F1', lines: [{ quantity: 3 }] },
      { number: 'F2', lines: [{ quantity: 5 }] },
    ],
  )
  same(
    await rows(invoices('number,lines(article)').or('article.eq.CHAIN,quantity.eq.5', { referencedTable: 'lines' }).order('number')),
    [
      { number: 'F1', lines: [{ article: 'CHAIN' }] },
      { number: 'F2', lines: [{ article: 'RING' }] },
      { number: 'F3', lines: [] },
    ],
  )
  same(await rows(invoices('number,lines(count)').order('number').limit(1)), [{ number: 'F1', lines: [{ count: 3 }] }])
  same(await numbers(invoices('number,lines()').is('lines', null)), ['F3'])

  // errors are readable
  const hidden = await client.from('heads').select('number,cost')
  same([hidden.status, hidden.error.code, hidden.error.message], [400, 'unknown_name', 'there is no column cost'])
  const nowhere = await client.from('nowhere').select()
  same([nowhere.status, nowhere.error.message], [400, 'there is no table nowhere'])
  const unrelated = await invoices('number,projects(name)')
  same([unrelated.status, unrelated.error.code], [400, 'PGRST200'])
  await assert.rejects(async () => await client.from('heads').select('cost').throwOnError(), (error) => {
    same([error.message, error.code], ['there is no column cost', 'unknown_name'])
    return true
  })

  // writes
  const notes = () => client.from('notes')
  same(await rows(notes().insert({ id: 7, body: 'seven' }).select('id,body')), [{ id: 7, body: 'seven' }])
  same(await rows(notes().insert([{ id: 8, body: 'eight' }, { id: 9, body: 'nine' }])), null)
  same(await rows(notes().update({ body: 'SEVEN' }).eq('id', 7).select('body').single()), { body: 'SEVEN' })
  same(await rows(notes().update({ body: 'mine' }).eq('id', 1).select()), []) // somebody else's, like none
  same(await rows(notes().update({ body: 'x' }).eq('id', 99).select()), [])
  const everything = await notes().update({ body: 'x' })
  same([everything.status, everything.error.code], [400, 'filter_required'])
  const upserted = await notes().upsert({ id: 7, body: 'again' })
  same([upserted.status, upserted.error.code, upserted.error.message.startsWith('upserts are not offered')], [400, 'sql_unsupported', true])
  same((await rows(notes().delete().in('id', [7, 8]).select('id'))).map((r) => r.id).sort(), [7, 8])
  same(await rows(notes().select('id')), [{ id: 9 }])
  same(await rows(notes().delete().eq('id', 9)), null)

  console.log(`${checks} checks hold`)
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
