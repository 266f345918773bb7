namespace MdlRuntime;

/// <summary>Requester sides for reuse, and the asynchronous ones whose tasks are not complete.</summary>
internal sealed class UserRequests(KernelSystem system) : IDisposable
{
    private readonly Stack<UserRequest> _free = new();
    private readonly HashSet<UserRequest> _asynchronous = [];

    public UserRequest Take(bool synchronous = true)
    {
        UserRequest request = _free.TryPop(out UserRequest? free) ? free : new();
        request.Prepare(synchronous);
        return request;
    }

    /// <summary>Gives a synchronous request back, unless a driver still works on its IRP.</summary>
    public void Return(UserRequest request)
    {
        if (!request.IsOutstanding)
            _free.Push(request);
    }

    public UserRequest TakeAsynchronous(out Task<IoStatusBlock> task)
    {
        var request = new UserRequest();
        request.Prepare(synchronous: false);
        task = request.StartTask(completed => _asynchronous.Remove(completed));
        _asynchronous.Add(request);
        return request;
    }

    /// <summary>Has the task complete in a later run of the machine (D19).</summary>
    public void Post(UserRequest request)
    {
        if (request.Completion is null || request.IsPosted)
            return;

        request.IsPosted = true;
        system.Scheduler.Schedule(request, delay: 0);
    }

    public void Dispose()
    {
        foreach (UserRequest request in _asynchronous)
            request.Completion!.TrySetException(new ObjectDisposedException(nameof(Simulation.Machine), "the machine was switched off before the request ended"));
        _asynchronous.Clear();
    }
}
