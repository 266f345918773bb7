using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace MdlAnalyzers.Tests.Robustness;

/// <summary>Writes programs that use every form of statement, expression and pattern, with accessors of MDLs in between.</summary>
/// <remarks>
/// In a form <c>$n</c> stands for a number, <c>$b</c> for a condition, <c>$m</c> for an MDL, <c>$p</c> for a pattern of a number, <c>$s</c> for a
/// statement and <c>$i</c> for a number that makes a name unique. Forms are taken in turn, so that none is left out, and nested at random.
/// </remarks>
internal sealed partial class ProgramGrammar(int seed)
{
    private const int MaxDepth = 3;

    private static readonly string[] s_numbers =
    [
        "n", "(n & 1u)", "MmGetMdlByteCount($m)", "MmGetMdlByteOffset($m)", "(uint)MmGetMdlVirtualAddress($m)", "(uint)MmGetMdlPfnArray($m)[0]",
        "ADDRESS_AND_SIZE_TO_SPAN_PAGES(MmGetMdlVirtualAddress($m), $n)", "($n + $n)", "($n - $n)", "($n * $n)", "($n / PAGE_SIZE)", "($n % PAGE_SIZE)",
        "($n << 2)", "($n >> PAGE_SHIFT)", "($n >>> 3)", "($n & 0xFFF)", "($n | $n)", "($n ^ $n)", "(~$n)", "(+$n)", "(uint)(-(int)$n)",
        "($b ? $n : $n)", "checked($n + 1)", "unchecked($n + 1)", "(n + sizeof(int))", "array[^1]", "(uint)array[1..].Length", "array[0]",
        "n++", "++n", "n--", "--n", "(n = $n)", "(n += $n)", "(n -= $n)", "(n *= $n)", "(n /= 3)", "(n %= 3)", "(n <<= 1)", "(n >>= 1)", "(n >>>= 1)",
        "(n &= $n)", "(n |= $n)", "(n ^= $n)", "(maybe ??= $n)", "(maybe ?? $n)", "(maybe ?? throw new InvalidOperationException())",
        "($n switch { $p => $n, _ when $b => $n, _ => $n })", "((Func<uint>)(() => $n))()", "((Func<uint, uint>)(x$i => x$i + $n))(1)",
        "((Func<uint>)delegate { return $n; })()", "(n + default(uint))", "(n == default ? $n : 2)", "(uint)nameof(n).Length", "(uint)typeof(uint).Name.Length",
        "(uint)$\"{$n:X} {n}\".Length", "new { A = $n }.A", "new uint[] { $n, $n }[0]", "new[] { $n }[0]", "(uint)new List<uint> { $n }.Count",
        "new Holder { Value = $n }.Value", "(uint)new Dictionary<uint, uint> { [$n] = $n }.Count", "(uint)new Dictionary<uint, uint> { { $n, $n } }.Count",
        "(holder with { Value = $n }).Value", "($n, $n).Item1", "(uint)(from x$i in list where x$i > 3 let y$i = MmGetMdlByteCount($m) orderby x$i select x$i + y$i).Count()",
        "((uint[])[$n, .. list])[0]", "(holder?.Value ?? $n)", "(array?[0] ?? $n)", "(uint)(text as object)!.GetHashCode()", "this.Field",
        "(uint)base.GetHashCode()", "(TryGet(out uint v$i) ? v$i : $n)", "(uint)\"a\"u8.Length", "(n & 'c')", "(uint)@\"\\\".Length", "((Holder)new()).Value", "Sum($n, b: $n)",
        "Twice($n)", "((Func<uint, uint>)Twice)($n)", "Property", "(Property = $n)", "this[$n]",
    ];

    private static readonly string[] s_conditions =
    [
        "b", "true", "false", "!$b", "($b && $b)", "($b || $b)", "($b & $b)", "($n == $n)", "($n != 0)", "($n < $n)", "($n <= PAGE_SIZE)", "($n > $n)", "($n >= $n)",
        "($n is $p)", "($n is var k$i && k$i > 2)", "(o is not string)", "(o is uint or (int and > 3))", "(o is (_, uint q$i) && q$i > 1)", "(o is string)", "(o is uint u$i && u$i == $n)", "(text is { Length: > 3 and < 9 } t$i && t$i.Length > $n)", "(array is [1, .., var l$i] && l$i > $n)",
        "(irp.MdlAddress is null)", "(irp.MdlAddress is { } m$i && MmGetMdlByteCount(m$i) > $n)", "(irp.MdlAddress != null)", "(o is (> 1, var w$i) and not null)", "(list.Any(x$i => x$i == $n))",
    ];

    private static readonly string[] s_mdls = ["m", "irp.MdlAddress!", "(m.Next ?? m)", "(irp.MdlAddress ?? m)", "_mdl", "Pass(m)"];

    private static readonly string[] s_patterns = ["0", "> 4 and < 9", "1 or 2", "not 3", "(5)"];

    private static readonly string[] s_statements =
    [
        "{ $s $s }", "uint a$i = $n;", "var c$i = $n; n += c$i;", "uint F$i(uint z) { return z + $n; } n = F$i($n);", "n = $n;", ";", "goto end$i; end$i: n = $n;",
        "switch ($n) { case 1: { $s } goto case 2; case 2: { $s } goto default; case 3 when $b: { $s } break; default: { $s } break; }",
        "while ($b) { $s if ($b) break; }", "do { $s if ($b) continue; } while ($b);", "for (uint i$i = 0; i$i < $n; i$i++) { $s }", "foreach (uint e$i in list) { $s n += e$i; }",
        "foreach (var (f$i, g$i) in pairs) { $s n += f$i + g$i; }", "using (var d$i = new MemoryStream((int)n)) { $s }", "using var h$i = new MemoryStream((int)($n & 7));",
        "checked { $s }", "unchecked { $s }", "lock (list) { $s }", "if ($b) { $s } else { $s }", "if (irp.MdlAddress is null) throw new InvalidOperationException();",
        "try { $s } catch (InvalidOperationException x$i) when (x$i.HResult == (int)$n) { $s } catch { throw; } finally { $s }",
        "ref uint r$i = ref n; r$i = $n;", "(uint y$i, n) = ($n, $n); n += y$i;", "const uint K$i = 3; n += K$i;", "scoped Span<uint> w$i = array; n += (uint)w$i.Length;",
        "nuint va$i = MmGetMdlVirtualAddress($m); n += BYTE_OFFSET(va$i + $n);", "list.ForEach(x$i => n += x$i + $n);", "Field = $n;",
    ];

    private static readonly string[] s_unsafeStatements = 
    [
        "fixed (uint* z$i = array) { $s n = *z$i; }", "unsafe { $s }", "n += *q + q[1];", "n += holders->Value + (&holders[0])->Value;", "Span<uint> k$i = stackalloc uint[3]; n += k$i[0] + $n;",
        "ReadOnlySpan<uint> k$i = stackalloc[] { $n, $n }; n += k$i[0];", "n += *(uint*)MmGetMdlVirtualAddress($m);", "uint k$i = $n; n += __refvalue(__makeref(k$i), uint);",
        "uint k$i = $n; n += (uint)__reftype(__makeref(k$i)).Name.Length;", "n += Variable(__arglist($n));", "uint k$i = $n; n += *&k$i;", "q++;",
    ];

    private static readonly string[] s_asyncStatements =
        ["n += await Task.FromResult($n);", "Func<Task<uint>> f$i = async () => { await Task.Yield(); return $n; }; n += await f$i();", "await foreach (uint e$i in Stream()) { $s n += e$i; }"];

    private static readonly string[] s_iteratorStatements = ["yield return $n;", "if ($b) yield break;"];

    private static readonly string[] s_ofUnsafe = [.. s_statements, .. s_unsafeStatements];
    private static readonly string[] s_ofAsync = [.. Without(s_statements, "scoped", "ref uint", "lock", "catch"), .. s_asyncStatements];
    private static readonly string[] s_ofIterator = [.. Without(s_statements, "scoped", "ref uint", "lock", "catch"), .. s_iteratorStatements];

    private readonly Random _random = new(seed);
    private readonly Dictionary<string[], int> _turns = [];
    private int _names;

    /// <summary>A file of one class, in a namespace of its own, whose methods hold some statements each.</summary>
    public string Write(int methods, int statements)
    {
        var text = new StringBuilder($$"""
            using System.Linq;
            using System.IO;
            namespace Generated{{seed}};

            struct Pair { public uint Value; }
            record Holder { public uint Value { get; init; } }

            class Program(Mdl first)
            {
                private readonly Mdl _mdl = first;
                private uint Field = MmGetMdlByteCount(first);
                private uint Property { get => field; set => field = value + MmGetMdlByteOffset(_mdl); }
                private uint this[uint index] => index + MmGetMdlByteCount(_mdl);
                private static bool TryGet(out uint value) { value = 1; return true; }
                private static uint Sum(uint a, uint b) => a + b;
                private static uint Twice(uint a) => a * 2;
                private static Mdl Pass(Mdl mdl) => mdl;
                private static uint Variable(__arglist) => 0;
                private static async IAsyncEnumerable<uint> Stream() { await Task.Yield(); yield return 1; }

            """);
        for (int i = 0; i < methods; i++)
        {
            text.AppendLine(Method($"unsafe uint U{i}", Body(statements, s_ofUnsafe), "return n;", "Pair* holders = stackalloc Pair[1]; uint* q = stackalloc uint[2];", ""));
            text.AppendLine(Method($"async Task<uint> A{i}", Body(statements, s_ofAsync), "return n;", "await Task.Yield();", ""));
            text.AppendLine(Method($"IEnumerable<uint> I{i}", Body(statements, s_ofIterator), "yield break;", "", ""));
        }

        return text.Append('}').ToString();
    }

    private static string[] Without(string[] forms, params string[] words) => [.. forms.Where(form => !words.Any(form.Contains))];

    private static string Method(string head, string body, string last, string open, string close) => $$"""
            private {{head}}(Mdl m, Irp irp, uint n, bool b, List<uint> list, uint[] array, List<(uint, uint)> pairs, string text, object o, uint? maybe, Holder holder)
            {
                {{open}}
                {{body}}
                {{close}}
                {{last}}
            }
        """;

    private string Body(int count, string[] statements)
    {
        var body = new StringBuilder();
        for (int i = 0; i < count; i++)
            body.AppendLine(Fill(Next(statements), statements, 0));
        return body.ToString();
    }

    private string Fill(string form, string[] statements, int depth)
    {
        string own = form.Replace("$i", (++_names).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        return Holes().Replace(own, hole => hole.Value[1] switch
        {
            's' => depth < MaxDepth ? Fill(Next(statements), statements, depth + 1) : "n = n + 1;",
            'n' => depth < MaxDepth ? Fill(depth == 0 ? Next(s_numbers) : Any(s_numbers), statements, depth + 1) : Fill(s_numbers[_random.Next(4)], statements, depth),
            'b' => depth < MaxDepth ? Fill(Next(s_conditions), statements, depth + 1) : "b",
            'p' => Fill(Next(s_patterns), statements, depth + 1),
            _ => Any(s_mdls),
        });
    }

    /// <summary>The next form in turn.</summary>
    private string Next(string[] forms)
    {
        int turn = _turns.GetValueOrDefault(forms, seed);
        _turns[forms] = turn + 1;
        return forms[turn % forms.Length];
    }

    private string Any(string[] forms) => forms[_random.Next(forms.Length)];

    [GeneratedRegex(@"\$[nbmps]")]
    private static partial Regex Holes();
}
