using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.IoManager;

namespace MdlRuntime.Tests.Model;

/// <summary>Stacks of drivers that do what a script plans, and a model of what the process must see.</summary>
internal sealed partial class RequestBench : IDisposable
{
    private const int BufferBytes = 0x2000 - 0x123, MaximalRequests = 6;
    private static readonly DeviceFlags[] s_methods = [DeviceFlags.DO_DIRECT_IO, DeviceFlags.DO_BUFFERED_IO, 0];

    private static readonly NtStatus[] s_statuses =
    [
        NtStatus.STATUS_SUCCESS, NtStatus.STATUS_SUCCESS, NtStatus.STATUS_TIMEOUT, NtStatus.STATUS_BUFFER_OVERFLOW,
        NtStatus.STATUS_VERIFY_REQUIRED, NtStatus.STATUS_END_OF_FILE, NtStatus.STATUS_CANCELLED, NtStatus.STATUS_INSUFFICIENT_RESOURCES,
    ];

    private readonly Machine _machine;
    private readonly VerifierMode _mode;
    private readonly int _depth;
    private readonly UserProcess _process;
    private readonly DeviceHandle[] _handles;
    private readonly BufferModel[] _buffers;
    private readonly List<RequestModel> _requests = [];
    private readonly int _freePtes;
    private int _made;

    public RequestBench(VerifierMode mode, int depth)
    {
        (_mode, _depth) = (mode, depth);
        _machine = new(new() { Verifier = mode, Seed = depth, MemoryBytes = 2 << 20, SystemPtes = 64 });
        foreach (DeviceFlags method in s_methods)
            LoadStack(method);
        _process = _machine.CreateProcess("app");
        _handles = [.. s_methods.Select(method => _process.Open(NameOf(method)))];
        _buffers =
        [
            NewBuffer(PageProtection.PAGE_READWRITE), NewBuffer(PageProtection.PAGE_READWRITE), NewBuffer(PageProtection.PAGE_READWRITE),
            NewBuffer(PageProtection.PAGE_READONLY), NewBuffer(PageProtection.PAGE_NOACCESS),
        ];
        _freePtes = _machine.FreeSystemPtes;
    }

    public bool IsStopped { get; private set; }

    public int Performed { get; private set; }

    public void Perform(RequestStep step)
    {
        bool done = step.Action switch
        {
            RequestAction.Send => Send(step),
            RequestAction.Complete => Complete(step),
            RequestAction.Cancel => Cancel(step),
            RequestAction.WriteBuffer => WriteBuffer(step),
            _ => throw new ArgumentOutOfRangeException(nameof(step), step, "no such action"),
        };
        if (!done)
            return;

        Performed++;
        if (!IsStopped)
            Compare();
    }

    /// <summary>Ends what is still on its way; nothing may be left.</summary>
    public void Finish()
    {
        while (_requests.Count > 0)
        {
            Continue(_requests[0], NtStatus.STATUS_SUCCESS, information: 0);
            Compare();
        }

        foreach (DeviceHandle handle in _handles)
            handle.Dispose();
        _process.Exit();
        Assert.Equal(_freePtes, _machine.FreeSystemPtes);
        FrameDatabase frames = _machine.System.Memory.Frames;
        for (nuint i = 0; i < frames.Count; i++)
            Assert.True(frames[new(i)] is { LockCount: 0, Use: not FrameUse.Process }, $"frame {i:X} is still in use");
    }

    public void Dispose() => _machine.Dispose();

    private bool Send(RequestStep step)
    {
        if (_requests.Count == MaximalRequests)
            return false;

        BufferModel buffer = _buffers[step.A / 16 % _buffers.Length];
        uint length = (step.C % 8) switch { 0 => 0u, < 4 => (uint)step.C % 64, _ => (uint)(step.C % BufferBytes) };
        var request = new RequestModel
        {
            Number = ++_made,
            Method = s_methods[step.A % s_methods.Length],
            IsRead = step.A / 4 % 2 == 0,
            IsSynchronous = step.A / 8 % 2 == 0,
            Buffer = buffer,
            Length = length,
            Plans = Plan(step),
            IsCancelable = step.C / 8 % 2 == 0,
            Sent = buffer.Bytes[..(int)length],
            Status = s_statuses[step.C / 16 % s_statuses.Length],
            Information = length == 0 ? 0 : (uint)(step.B % (length + 1)),
        };
        Issue(request);
        return true;
    }

    /// <summary>What each level does: the last one completes or pends, those above pass on.</summary>
    private LevelPlan[] Plan(RequestStep step)
    {
        List<LevelPlan> plans = [];
        for (int level = 0; level < _depth; level++)
        {
            var plan = (LevelPlan)(step.B >> (3 * level) & 7);
            bool isLast = plan is LevelPlan.CompleteHere or LevelPlan.PendHere;
            if (level == _depth - 1 && !isLast)
                plan = step.A / 128 % 2 == 0 ? LevelPlan.CompleteHere : LevelPlan.PendHere;
            plans.Add(plan);
            if (isLast)
                break;
        }

        return [.. plans];
    }

    private void Issue(RequestModel request)
    {
        DeviceHandle handle = _handles[Array.IndexOf(s_methods, request.Method)];
        _sending = request;
        if (!request.IsRefused)
            _requests.Add(request);
        (nuint address, uint length) = (request.Buffer.Address, request.Length);
        if (request.IsSynchronous)
        {
            IoStatusBlock result = request.IsRead ? handle.Read(address, length) : handle.Write(address, length);
            CheckResult(request, result);
            _requests.Remove(request);
        }
        else
        {
            request.Task = request.IsRead ? handle.ReadAsync(address, length) : handle.WriteAsync(address, length);
            _machine.RunUntilIdle();
            if (request.IsRefused)
                CheckResult(request, request.Task.GetAwaiter().GetResult());
        }

        Assert.Equal(request.IsRefused, _sending is not null);
        _sending = null;
    }

    private bool Complete(RequestStep step)
    {
        if (_requests.Count == 0)
            return false;

        RequestModel request = _requests[step.A % _requests.Count];
        if (step.Dares && _mode == VerifierMode.Strict)
        {
            StopWithoutFinalStatus(request);
            return true;
        }

        Continue(request, s_statuses[step.C / 16 % s_statuses.Length], request.Length == 0 ? 0 : (uint)(step.B % (request.Length + 1)));
        return true;
    }

    private void StopWithoutFinalStatus(RequestModel request)
    {
        BugCheckException stop = Assert.Throws<BugCheckException>(() => _machine.Run(() =>
        {
            request.Irp!.IoStatus.Status = NtStatus.STATUS_PENDING;
            IoCompleteRequest(request.Irp, IO_NO_INCREMENT);
        }));
        Assert.Equal((0xC9u, 6ul), (stop.Code, stop.Parameter1));
        IsStopped = true;
    }

    /// <summary>A request that waits in a driver is completed, or one that a completion routine held back is completed again.</summary>
    private void Continue(RequestModel request, NtStatus status, uint information)
    {
        _machine.Run(() => Resume(request, status, information));
        _machine.RunUntilIdle();
    }

    private bool Cancel(RequestStep step)
    {
        if (_requests.Count == 0)
            return false;

        RequestModel request = _requests[step.A % _requests.Count];
        bool isExpected = request.CanBeCancelled;
        request.IsCancelled = true;
        Assert.Equal(isExpected, _machine.Run(() => IoCancelIrp(request.Irp!)));
        _machine.RunUntilIdle();
        return true;
    }

    /// <summary>The process changes its memory whenever it likes.</summary>
    private bool WriteBuffer(RequestStep step)
    {
        BufferModel buffer = _buffers[step.A % 3];
        int offset = step.C % (BufferBytes - 8);
        byte[] bytes = BitConverter.GetBytes(step.B * 0x0101_0101_0101L);
        _process.Write(buffer.Address + (nuint)offset, bytes);
        bytes.CopyTo(buffer.Bytes, offset);
        return true;
    }

    /// <summary>Everything that the process and the kernel's counters show.</summary>
    private void Compare()
    {
        foreach (RequestModel request in _requests.Where(request => request.IsOver).ToArray())
        {
            Assert.True(request.Task!.IsCompleted, $"request {request.Number} is over but not reported");
            CheckResult(request, request.Task.GetAwaiter().GetResult());
            _requests.Remove(request);
        }

        Assert.DoesNotContain(_requests, request => request.Task!.IsCompleted);
        Assert.Equal(_requests.Sum(request => request.LockedPages), _process.LockedPages);
        Assert.Empty(_machine.Findings);
        foreach (BufferModel buffer in _buffers.Where(buffer => buffer.IsReadable))
        {
            byte[] bytes = new byte[BufferBytes];
            _process.Read(buffer.Address, bytes);
            Assert.True(bytes.AsSpan().SequenceEqual(buffer.Bytes), $"buffer {buffer.Address:X} differs at {bytes.AsSpan().CommonPrefixLength(buffer.Bytes)}");
        }
    }

    private static void CheckResult(RequestModel request, IoStatusBlock result)
    {
        if (request.IsRefused)
        {
            Assert.Equal((NtStatus.STATUS_ACCESS_VIOLATION, (nuint)0), (result.Status, result.Information));
            return;
        }

        Assert.True(request.IsOver, $"request {request.Number} was reported before it was over");
        Assert.Equal((request.Status, request.IsReported ? request.Information : 0), (result.Status, result.Information));
        Assert.Equal(request.ExpectedRoutines, request.Routines);
    }

    private BufferModel NewBuffer(PageProtection protection)
    {
        byte[] bytes = new byte[BufferBytes];
        nuint address = _process.Allocate(BufferBytes, 0x123);
        for (int i = 0; i < bytes.Length; i++)
            bytes[i] = (byte)(i * 7 + (int)protection);
        _process.Write(address, bytes);
        _process.Protect(address, BufferBytes, protection);
        return new(address, bytes, protection);
    }

    private static string NameOf(DeviceFlags method) => $@"\Device\{method}";
}
