namespace Optimi.TorchSharp;

public abstract partial class FusedOptimizer
{
    /// <summary>Saves parameters, states, options and learning rates as a <see cref="Checkpoint"/>, which rounds nothing.</summary>
    /// <param name="path">The file. One of that name is replaced when the new one is whole.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <exception cref="CheckpointException">The file cannot be written; the old one is as it was.</exception>
    /// <exception cref="ParameterException">A parameter's name is there twice or cannot be written, or a parameter was moved or disposed
    /// of.</exception>
    /// <exception cref="OptionException">A group's option has a value that it cannot have, or the averages are swapped in.</exception>
    /// <exception cref="ObjectDisposedException">The optimizer is disposed.</exception>
    public void save_checkpoint(string path, CheckpointSaveOptions? options = null) => Checkpoint.Save(path, Current(), options);

    /// <summary>Goes on from a checkpoint: parameters, states, options and learning rates, which TorchSharp's groups then have too. The first
    /// rates, from which schedulers start, stay as they are.</summary>
    /// <param name="path">The file: of <see cref="save_checkpoint"/>, or another that <see cref="Checkpoint"/> reads.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <returns>What the file holds.</returns>
    /// <exception cref="CheckpointFormatException">The file is damaged or of another format; nothing has changed.</exception>
    /// <exception cref="CheckpointMismatchException">The file is of something else; nothing has changed.</exception>
    /// <exception cref="CheckpointException">The file cannot be read. If that happens when it is read for the second time, there is no step
    /// until a checkpoint is loaded to the end.</exception>
    /// <exception cref="ParameterException">A parameter's name is there twice, or a parameter was moved or disposed of.</exception>
    /// <exception cref="OptionException">A group's option has a value that it cannot have, or the averages are swapped in.</exception>
    /// <exception cref="ObjectDisposedException">The optimizer is disposed.</exception>
    public CheckpointInfo load_checkpoint(string path, CheckpointLoadOptions? options = null)
    {
        CheckpointInfo info = Checkpoint.Load(path, Current(), options);
        foreach (FusedGroup group in _groups)
            Keep(group.Torch.Options, group.Group.Options, group.Group.Lr);
        return info;
    }

    /// <summary>The training, with what TorchSharp's groups and a state dictionary say.</summary>
    private TrainingState Current()
    {
        Optimizer engine = Engine;
        foreach (FusedGroup group in _groups)
            TakeOptions(group);
        return new TrainingState(engine);
    }
}
